import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../basics/time.ts'
import { atTotem } from '../../contract/caller.ts'
import { ok } from '../../contract/result.ts'
import { failure } from '../anpr/answers.ts'
import { createOwnIds } from './own-ids.ts'

const HERE = atTotem('TT-0001')
const found = ok({ idAnpr: 'AF41450AS' })
const away = failure('anpr-unavailable', 'UND_ERR_SOCKET')

function counted() {
  let at = 0
  let asked = 0
  const ids = createOwnIds(() => new Date(at))
  return {
    ids,
    later: (ms: number) => {
      at += ms
    },
    ask: (caller = HERE, who = 'maria', answer: Promise<typeof found | typeof away> = Promise.resolve(found)) =>
      ids.of(caller, who, () => {
        asked++
        return answer
      }),
    asked: () => asked,
  }
}

test('all requests of a person at a machine need one question, however many wait for it', async () => {
  const { ask, asked } = counted()
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([found, found, found])
  await ask()
  expect(asked()).toBe(1)
})

test('another person, another machine, eight minutes and a leave each need their own', async () => {
  const { ids, ask, asked, later } = counted()
  await ask()
  await ask(HERE, 'mario')
  await ask(atTotem('TT-0002'))
  expect(asked()).toBe(3)
  later(8 * MINUTE_MS)
  await ask()
  expect(asked()).toBe(4)
  ids.forget(HERE, 'maria')
  await ask()
  expect(asked()).toBe(5)
})

test('no failure is shared or kept: whoever waited for it asks for themselves', async () => {
  const { ask, asked } = counted()
  expect(await Promise.all([ask(HERE, 'maria', Promise.resolve(away)), ask()])).toEqual([away, found])
  expect(await ask(HERE, 'maria', Promise.resolve(away))).toEqual(away)
  const fault = new Error('the database is away')
  await expect(ask(HERE, 'mario', Promise.reject(fault))).rejects.toBe(fault)
  await ask(HERE, 'mario')
  expect(asked()).toBe(5)
})

test('of ten thousand people the oldest is asked about again', async () => {
  const { ask, asked } = counted()
  for (let n = 0; n <= 10_000; n++) await ask(HERE, `${n}`)
  await ask(HERE, '10000')
  expect(asked()).toBe(10_001)
  await ask(HERE, '0')
  expect(asked()).toBe(10_002)
})
