import type { LogFilter } from '../../../contract/console/log.ts'
import type { ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { isSeen } from '../fleet/totems.ts'
import type { Handlers } from '../route.ts'
import { logFile } from './file.ts'
import { judgeLog, type Proving, proofLines } from './proof.ts'
import { searchLog } from './search.ts'

const PAGE = 100
/** PostgreSQL's code of a statement that was given up. */
const GIVEN_UP = '57014'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err({ kind, field })
const isBackward = ({ from, until }: Pick<LogFilter, 'from' | 'until'>) =>
  from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until)

/** What the console asks of the totems' sync logs: search, files, and whether a chain holds. */
export function logHandlers({
  keys,
  now,
}: {
  keys: Pick<Keyring, 'sign'>
  now(): Date
}): Pick<Handlers, 'log' | 'logFile' | 'verifyLog' | 'logProof'> {
  return {
    log: async ({ query: { before, ...filter }, seen }) => {
      if (isBackward(filter)) return problem('malformed', 'from')
      try {
        const found = await seen((transaction) => searchLog(transaction, filter, before, PAGE))
        return found ? ok({ ...found, at: now().toISOString() }) : problem('malformed', 'before')
      } catch (failure) {
        if ((failure as { code?: unknown }).code === GIVEN_UP) return problem('too-wide')
        throw failure
      }
    },
    logFile: async ({ query: { format, ...filter }, stillSeen }) =>
      isBackward(filter) ? problem('malformed', 'from') : ok(logFile(filter, format, stillSeen, now())),

    verifyLog: async ({ params: { totem }, query: range, seen }) => {
      if (isBackward(range)) return problem('malformed', 'from')
      if (!(await seen((transaction) => isSeen(transaction, totem, now())))) return problem('not-found')
      return ok(await judgeLog({ totem, range, seen, keys, now }))
    },
    logProof: async ({ params: { totem }, query: range, seen, stillSeen }) => {
      if (isBackward(range)) return problem('malformed', 'from')
      if (!(await seen((transaction) => isSeen(transaction, totem, now())))) return problem('not-found')
      return ok({
        name: `registro-${totem}-${now().toISOString().slice(0, 10)}.jsonl`,
        type: 'application/x-ndjson',
        text: linesOf({ totem, range, seen: stillSeen, keys, now }),
      })
    },
  }
}

async function* linesOf(proving: Proving) {
  for await (const line of proofLines(proving)) yield `${JSON.stringify(line)}\n`
}
