/** `sixteen serve` with a personal access token, which is exchanged for others, before a Label Studio that refuses. */
import { openQuestions } from '../questions/api.ts'
import { refusals } from '../refusals.ts'
import { keepFiles } from '../storedFiles.ts'
import { type Round, startSixteen } from './serving.ts'

export async function checkPersonalToken(round: Round): Promise<void> {
  const { canaries, evidence, fake, folder } = round
  const { name, program, asker, tell, saidOf } = await startSixteen(round, canaries.personalToken, 1)
  try {
    const readable = fake.addProject()
    const unreadable = refusals.map((refusal) => fake.addProject({ stage: 'read', refusal }))
    for (const project of [readable, ...unreadable]) await tell(project)
    for (const project of unreadable) await saidOf(project, 'tried again later|the platform refuses')
    await saidOf(readable, 'work is done')
    for (const question of openQuestions(canaries, [`label-studio-${readable}`])) await asker.ask(question)
  } finally {
    await program.stop()
  }
  await keepFiles(name, folder, evidence)
}
