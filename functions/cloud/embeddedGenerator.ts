import facts from '../../models/avatars/generator.json' with { type: 'json' }
import { Generator } from '../../schemas/project.ts'

/** The generator that comes with the package, without its weights: functions without a GPU have no use for those. */
export async function embeddedGenerator(): Promise<Generator> {
  return Generator.parse(facts)
}
