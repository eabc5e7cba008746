import { describe, expect, test } from 'vitest'
import { QueueError } from '../../../integrations/queue/index.ts'
import { answerBatch, readBatch } from '../../../integrations/queue/sqsBatch.ts'

/** As AWS documents it: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, "Example Amazon SQS message event (FIFO)". */
const documented = {
  Records: [
    {
      messageId: '11d6ee51-4cc7-4302-9e22-7cd8afdaadf5',
      receiptHandle: 'AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw...',
      body: 'Test message.',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1573251510774',
        SequenceNumber: '18849496460467696128',
        MessageGroupId: '1',
        SenderId: 'AIDAIO23YVJENQZJOL4VO',
        MessageDeduplicationId: '1',
        ApproximateFirstReceiveTimestamp: '1573251510774',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:fifo.fifo',
      awsRegion: 'us-east-2',
    },
  ],
}
const [example] = documented.Records

/** `faces 1` is the message 1 of the group faces. */
const eventOf = (...names: readonly string[]) => ({
  Records: names.map((name) => ({
    ...example,
    messageId: name,
    receiptHandle: `receipt of ${name}`,
    body: `body of ${name}`,
    attributes: { ...example?.attributes, MessageGroupId: name.split(' ')[0], ApproximateReceiveCount: '3' },
  })),
})
const failuresOf = (event: unknown, ...again: readonly string[]): readonly string[] =>
  answerBatch(readBatch(event), new Set(again)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

describe('an event of SQS', () => {
  test('is read as AWS documents it', () => {
    expect(readBatch(documented)).toEqual([
      {
        group: '1',
        bodies: ['Test message.'],
        attempt: 1,
        ids: ['11d6ee51-4cc7-4302-9e22-7cd8afdaadf5'],
        receipts: ['AQEBBX8nesZEXmkhsmZeyIE8iQAMig7qw...'],
      },
    ])
  })

  test('gives each group its messages, in their order, however they are mixed', () => {
    const groups = readBatch(eventOf('faces 1', 'cats 1', 'faces 2', 'dogs 1', 'cats 2'))
    expect(groups.map(({ group, ids }) => [group, ...ids])).toEqual([
      ['faces', 'faces 1', 'faces 2'],
      ['cats', 'cats 1', 'cats 2'],
      ['dogs', 'dogs 1'],
    ])
    expect(groups[0]).toMatchObject({
      attempt: 3,
      bodies: ['body of faces 1', 'body of faces 2'],
      receipts: ['receipt of faces 1', 'receipt of faces 2'],
    })
  })

  test('gives bodies as they were sent, those too that SQS cannot carry as they are', () => {
    const Records = ['{"kind":"train"}', '"a\\u0000b"', '""', 'plain'].map((body) => ({ ...example, body }))
    expect(readBatch({ Records })[0]?.bodies).toEqual(['{"kind":"train"}', 'a\0b', '', 'plain'])
  })

  test('may be empty', () => expect(readBatch({ Records: [] })).toEqual([]))

  const without = (name: string) => ({
    Records: [Object.fromEntries(Object.entries(example ?? {}).filter(([key]) => key !== name))],
  })
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'Records'],
    ['an event of another service', { detail: {} }],
    ['a record without an id', without('messageId')],
    ['a record without a receipt', without('receiptHandle')],
    ['a record without a body', without('body')],
    ['a record without attributes', without('attributes')],
    [
      'a record with an empty id, which Lambda would take for the whole batch',
      { Records: [{ ...example, messageId: '' }] },
    ],
    [
      'a message of a queue that is not FIFO',
      { Records: [{ ...example, attributes: { ApproximateReceiveCount: '1' } }] },
    ],
  ])('is refused when it is %s', (_, event) => expect(() => readBatch(event)).toThrow(QueueError))

  test('is refused without showing what is in it', () => {
    const event = { Records: [{ ...example, messageId: 7, body: 'a secret' }] }
    expect(() => readBatch(event)).toThrow('Records.0.messageId')
    expect(() => readBatch(event)).not.toThrow('a secret')
  })
})

describe('the answer', () => {
  const event = eventOf('faces 1', 'cats 1', 'faces 2', 'cats 2', 'faces 3')

  test('names nothing when all is dealt with', () => expect(failuresOf(event)).toEqual([]))

  test('names a message that failed, and all later ones of its group, but none of others', () => {
    expect(failuresOf(event, 'faces 2')).toEqual(['faces 2', 'faces 3'])
    expect(failuresOf(event, 'faces 1')).toEqual(['faces 1', 'faces 2', 'faces 3'])
    expect(failuresOf(event, 'cats 2')).toEqual(['cats 2'])
  })

  test('names each message once, whichever of its group failed', () => {
    expect(failuresOf(event, 'faces 3', 'faces 2', 'cats 1')).toEqual(['faces 2', 'faces 3', 'cats 1', 'cats 2'])
  })

  test('has the form that Lambda reads', () => {
    expect(answerBatch(readBatch(documented), new Set(['11d6ee51-4cc7-4302-9e22-7cd8afdaadf5']))).toEqual({
      batchItemFailures: [{ itemIdentifier: '11d6ee51-4cc7-4302-9e22-7cd8afdaadf5' }],
    })
  })

  test('does not name what was not in the event', () => expect(failuresOf(event, 'dogs 1')).toEqual([]))
})
