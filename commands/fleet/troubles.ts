import type { ConditionId } from '../../contract/console/conditions.ts'
import type { Heartbeat } from '../../contract/heartbeat.ts'
import { AREA_TOTEMS, type Stage, stageTotem } from './stage.ts'

/** How a condition is produced, and ended, by totems on the real routes and by what stands behind the gateway. */
export interface Trouble {
  /** What happens, for whoever types the command. */
  does: string
  /** Minutes until the screen shows it, where it is not at once; until it has ended, in the same way. */
  showsAfterMin?: number
  endsAfterMin?: number
  begin(stage: Stage): Promise<void>
  end(stage: Stage): Promise<void>
}

const nothing = () => ({})
type Devices = Partial<Heartbeat['devices']>

/** A totem says something of itself, and then that all is well. */
function said(does: string, n: number, change: (healthy: Heartbeat) => Partial<Heartbeat>): Trouble {
  const totem = stageTotem(n)
  return {
    does: `${totem} ${does}`,
    begin: (stage) => stage.says(totem, change),
    end: (stage) => stage.says(totem, nothing),
  }
}
const devices = (does: string, n: number, more: Devices) =>
  said(does, n, (healthy) => ({ devices: { ...healthy.devices, ...more } }))
const queue = (does: string, n: number, more: Partial<Heartbeat['queue']>) =>
  said(does, n, (healthy) => ({ queue: { ...healthy.queue, ...more } }))

const session = '01KB0000000000000000000001'
const recognised = { event: 'visit.recognised', fields: { session, card: 'cns', apdus: 15 } } as const
const refused = (reason: string) => ({ event: 'visit.refused', fields: { session, reason } }) as const
const times = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what)

/** Those of Lazio that are never silent. */
const HEARD = AREA_TOTEMS.slice(7)
/** Each at a totem of Lazio: nobody is turned away for having been there a moment ago. */
async function logIns(stage: Stage, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => stage.logsIn(HEARD[index % HEARD.length] ?? '')))
}

const answers = async (stage: Stage) => stage.anpr.setFault({ kind: 'none' })

export const troubles: Record<ConditionId, Trouble> = {
  'totem-silent': {
    does: `${stageTotem(1)} does not call any more`,
    ...{ showsAfterMin: 6, endsAfterMin: 6 },
    begin: async (stage) => stage.silence([stageTotem(1)]),
    end: (stage) => stage.says(stageTotem(1), nothing),
  },
  'area-silent': {
    does: 'seven of twenty totems in Lazio do not call any more',
    ...{ showsAfterMin: 6, endsAfterMin: 6 },
    begin: async (stage) => stage.silence(AREA_TOTEMS.slice(0, 7)),
    async end(stage) {
      for (const totem of AREA_TOTEMS.slice(0, 7)) await stage.says(totem, nothing)
    },
  },
  'paper-low': devices('has little paper', 2, { printer: 'paperLow' }),
  'printer-stopped': devices('has no paper', 3, { printer: 'paperOut' }),
  'device-gone': devices('finds no reader', 4, { reader: 'no-reader' }),
  'device-dies': {
    ...devices('starts its device process again five times', 5, { restarts: 5 }),
    endsAfterMin: 11,
    // The count goes on; what is over is the ten minutes.
    end: async () => undefined,
  },
  'queue-old': queue('has waited for an answer for two hours', 6, { queued: 1, oldestAgeS: 7_200 }),
  'set-aside': queue('has set a request aside', 7, { aside: 1 }),
  'operations-dead': {
    does: 'ANPR’s gate calls a request wrong, and the gateway gives it up',
    async begin(stage) {
      stage.anpr.setFault({ kind: 'question-wrong', service: 'ANPR-Certificazione' })
      await stage.asksCertificate(stageTotem(8))
    },
    async end(stage) {
      stage.anpr.setFault({ kind: 'none' })
      await stage.redrive()
    },
  },
  clone: {
    does: `the log of ${stageTotem(9)} goes on in two machines; a person must close this alarm at the console`,
    begin: (stage) => stage.forks(stageTotem(9)),
    end: async () => undefined,
  },
  'log-broken': {
    does: `a part of the log of ${stageTotem(10)} does not fit`,
    endsAfterMin: 24 * 60 + 1,
    begin: (stage) => stage.breaks(stageTotem(10)),
    end: async () => undefined,
  },
  'log-unsent': said('keeps twelve thousand entries of its log to itself', 10, () => ({ journal: { unsent: 12_000 } })),
  'log-alarm': {
    does: `${stageTotem(12)} writes an entry of severity alarm`,
    endsAfterMin: 24 * 60 + 1,
    begin: (stage) => stage.writes(stageTotem(12), [{ event: 'journal.lost', fields: { entries: 3 } }]),
    end: async () => undefined,
  },
  clock: said('has a clock that is ten minutes ahead', 13, ({ at }) => ({
    at: new Date(Date.parse(at) + 600_000).toISOString(),
  })),
  disk: said('has 400 MB left', 14, () => ({ disk: { freeMb: 400 } })),
  'cards-refused': {
    does: `six of twelve cards at ${stageTotem(15)} are not read`,
    begin: (stage) => stage.writes(stageTotem(15), [...times(6, recognised), ...times(6, refused('card-error'))]),
    end: (stage) => stage.writes(stageTotem(15), times(20, recognised)),
  },
  'issuers-refused': {
    does: 'thirty cards are refused because their issuer is not listed',
    begin: (stage) => stage.writes(stageTotem(16), times(30, refused('certificate-untrusted'))),
    end: (stage) => stage.writes(stageTotem(16), times(120, recognised)),
  },
  'anpr-slow': {
    does: 'twenty people ask ANPR, and three of the next wait longer than five seconds',
    endsAfterMin: 6,
    async begin(stage) {
      await logIns(stage, 20)
      stage.anpr.setFault({ kind: 'slow', ms: 5_200 })
      await logIns(stage, 3)
    },
    end: answers,
  },
  'anpr-errors': {
    does: 'ANPR answers fifteen people, and eight get no answer that can be read',
    endsAfterMin: 6,
    async begin(stage) {
      await logIns(stage, 15)
      stage.anpr.setFault({ kind: 'garbage' })
      await logIns(stage, 8)
    },
    end: answers,
  },
  'anpr-away': {
    does: 'ANPR issues nothing, six requests wait, and the gateway stops asking it',
    async begin(stage) {
      stage.anpr.setFault({ kind: 'unavailable', service: 'ANPR-Certificazione' })
      for (const totem of HEARD.slice(0, 6)) await stage.asksCertificate(totem)
    },
    // The requests that wait find it out.
    end: answers,
  },
  'list-old': {
    does: 'a trust list of 170 days’ age comes into force',
    begin: (stage) => stage.trustList(170),
    end: (stage) => stage.trustList(0),
  },
  certificate: said('has a certificate that ends in twenty days', 11, ({ at }) => ({
    certificateEnds: new Date(Date.parse(at) + 20 * 86_400_000).toISOString(),
  })),
  'gateway-certificate': {
    does: 'the gateway gets a certificate that ends in twenty days',
    begin: (stage) => stage.certificate(20),
    end: (stage) => stage.certificate(900),
  },
  'mail-old': {
    does: 'the mail server is away, and a letter waits',
    showsAfterMin: 16,
    endsAfterMin: 31,
    async begin(stage) {
      await stage.mailServer('away')
      await stage.mails(stageTotem(2), ['mario.rossi@mail.example'])
    },
    end: (stage) => stage.mailServer('back'),
  },
  'mail-returned': {
    does: 'four of twenty-four letters are refused',
    endsAfterMin: 24 * 60 + 1,
    begin: (stage) =>
      stage.mails(stageTotem(3), [...times(20, 'mario.rossi@mail.example'), ...times(4, 'refused@mail.example')]),
    end: async () => undefined,
  },
}
