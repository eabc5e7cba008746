import { expect, test } from 'vitest'
import { openSecrets } from '../../../functions/cloud/secrets.ts'

function counted(answer: (name: string) => Promise<string | undefined>) {
  const asked: string[] = []
  const time = { now: 0 }
  const secrets = openSecrets(
    (name) => {
      asked.push(name)
      return answer(name)
    },
    () => time.now,
  )
  return { asked, time, secrets }
}

test('a secret is asked for once in five minutes', async () => {
  const { asked, time, secrets } = counted(async () => ' value\n')
  expect(await Promise.all([secrets.get('a'), secrets.get('a')])).toEqual(['value', 'value'])
  time.now = 299_999
  await secrets.get('a')
  expect(asked).toEqual(['a'])
  time.now = 300_000
  await secrets.get('a')
  expect(asked).toEqual(['a', 'a'])
})

test.each(['', '  \n', undefined])('an empty one (%j) says so, and is asked for again', async (value) => {
  const { asked, secrets } = counted(async () => value)
  await expect(secrets.get('token')).rejects.toThrow('the secret token is empty')
  await expect(secrets.get('token')).rejects.toThrow('the secret token is empty')
  expect(asked).toHaveLength(2)
})

test('what the secret manager says is not passed on, only its kind', async () => {
  const { secrets } = counted(async () => {
    throw Object.assign(new Error('canary'), { name: 'AccessDeniedException' })
  })
  const failure = secrets.get('token')
  await expect(failure).rejects.toThrow('the secret token cannot be read (AccessDeniedException)')
  await expect(failure).rejects.not.toHaveProperty('message', expect.stringContaining('canary'))
})
