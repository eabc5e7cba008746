/** Loaded with `node --import`: writes the peak memory of the process into the file that SIXTEEN_BENCH_PEAK names. */
import { writeFileSync } from 'node:fs'
import { peakMemory } from './machine.ts'

const file = process.env.SIXTEEN_BENCH_PEAK
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakMemory())))
