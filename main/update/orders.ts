import { chmod, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ulid } from 'ulid'
import { z } from 'zod'
import { contentOf, writeWhole } from '../../basics/files.ts'
import { jsonOf } from '../../basics/json.ts'
import { MINUTE_MS } from '../../basics/time.ts'
import { release } from '../../contract/release.ts'
import { type ReleaseRefusal, releaseRefusal } from '../../contract/release-refusals.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { listFile, type Places, readyFile } from './places.ts'

// The totem's program may not touch its own releases. It leaves an order in the box; systemd sees it there
// (totem-polis-update.path) and starts the user whose the releases are, who answers.

const order = z.strictObject({
  id: z.ulid(),
  do: z.enum(['install', 'start', 'confirm']),
  number: release.shape.number,
})
export type Order = z.infer<typeof order>
const answer = z.object({ id: z.ulid(), refused: releaseRefusal.nullable() })

const LOOK_MS = 250
/** To unpack takes half a minute on a slow disk; to write a whole system some minutes. */
const ANSWER_MS = { install: 20 * MINUTE_MS, start: 5 * MINUTE_MS, confirm: 5 * MINUTE_MS }

const orderFile = ({ box }: Places): string => join(box, 'order.json')
const answerFile = ({ releases }: Places): string => join(releases, 'answer.json')

/** Leaves an order and waits for its answer. `unanswered`: nobody carried it out. */
export async function giveOrder(
  what: Pick<Order, 'do' | 'number'>,
  places: Places,
  answerMs = ANSWER_MS[what.do],
): Promise<Result<null, { kind: ReleaseRefusal }>> {
  const id = ulid()
  try {
    await chmod(dirname(readyFile(places, what.number)), 0o2750).catch(() => undefined)
    for (const file of [listFile(places), readyFile(places, what.number)]) await forBoth(file)
    const file = orderFile(places)
    // For the group, which is the other user's.
    await writeWhole(file, JSON.stringify({ id, ...what } satisfies Order), { mode: 0o640 })
    await forBoth(file)
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === undefined) throw failure
    return err({ kind: 'not-stored' })
  }
  for (const until = Date.now() + answerMs; Date.now() < until; await wait(LOOK_MS)) {
    const answered = answer.safeParse(jsonOf((await contentOf(answerFile(places))) ?? ''))
    if (!answered.success || answered.data.id !== id) continue
    const { refused } = answered.data
    return refused === null ? ok(null) : err({ kind: refused })
  }
  return err({ kind: 'unanswered' })
}

/** Whatever the umask made of it. */
const forBoth = (file: string): Promise<void> => chmod(file, 0o640).catch(() => undefined)

/** The order that waits; null: none. One that cannot be read is taken away: nobody waits for its answer. */
export async function orderIn(places: Places): Promise<Order | null> {
  let text: string
  try {
    text = await readFile(orderFile(places), 'utf8')
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return null
    text = ''
  }
  const read = order.safeParse(jsonOf(text))
  if (read.success) return read.data
  await dropOrder(places)
  return null
}

/** Answers an order. */
export async function answerOrder(
  { id }: Pick<Order, 'id'>,
  result: Result<null, { kind: ReleaseRefusal }>,
  places: Places,
): Promise<void> {
  await dropOrder(places)
  const answered: z.infer<typeof answer> = { id, refused: result.ok ? null : result.error.kind }
  await writeWhole(answerFile(places), JSON.stringify(answered), { mode: 0o644 })
}

/** Takes an order away: for one that lies there systemd starts its unit again and again. */
export const dropOrder = (places: Places): Promise<void> => rm(orderFile(places), { force: true })
