import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { DAY_MS, MINUTE_MS } from '../../basics/time.ts'
import { type CommandOutcome, RESTARTS_A_DAY } from '../../contract/command.ts'
import type { Devices } from '../devices/index.ts'
import type { Journal } from '../journal/journal.ts'
import type { Commands } from '../queue/commands.ts'
import type { Examined } from '../readiness/examine.ts'
import type { Check } from '../readiness/rows.ts'
import type { NotNow } from '../update/quiet.ts'
import { type Deed, type Deeds, DONE, type Done, refused } from './commands.ts'
import { isWithdrawn } from './standing.ts'

/** On a rural line a month's log takes longer, and goes on by itself. */
const SENDING_MS = 2 * MINUTE_MS

export interface DeedParts {
  store: Commands
  devices: Pick<Devices, 'restart'>
  journal: Pick<Journal, 'unsentCount'>
  /** Tries all that a visit needs. */
  examine(): Promise<Examined>
  /** While parts are tried nobody begins a visit. */
  closed(is: boolean): void
  /** Looks at once for what can be sent. */
  wake(): void
  /** A new key for outcomes, which the gateway has taken; false: it goes on with the one before. */
  rotateKeys(command: string): Promise<boolean>
  /** Ends the program, to be started anew. */
  leave(): void
  /** Null: this machine is no totem of the package's, and is not ours to reboot. */
  reboot: (() => Promise<boolean>) | null
  /** Why the machine cannot be restarted at this moment. */
  notNow(): NotNow | null
  now(): number
}

/** How each command is carried out. What is here is all that anybody can do to a totem from afar. */
export function createDeeds(parts: DeedParts): Deeds {
  const { store, journal } = parts
  const tooOften = (kind: 'restart-app' | 'restart-device' | 'reboot') =>
    // The one that is being carried out counts too.
    store.since(kind, parts.now() - DAY_MS) > RESTARTS_A_DAY

  /** Withdrawal and notices take effect by being there (standing.ts). */
  const standing = { idle: false, cutOff: 'again', run: () => DONE } as const

  async function tried(print: boolean): Promise<Done> {
    parts.closed(true)
    try {
      const examined = await parts.examine()
      const printed = !print || (await examined.print()).ok
      examined.close()
      const found = rowsOf(examined)
      if (examined.verdict === 'not-ready') return refused('not-ready', found)
      return printed ? { refusal: null, found } : refused('not-printed', found)
    } finally {
      parts.closed(false)
    }
  }

  const restarting = (kind: 'restart-app' | 'restart-device', run: () => void): Deed<typeof kind> => ({
    ...{ idle: true, cutOff: 'done' },
    run() {
      if (tooOften(kind)) return refused('too-often')
      run()
      return DONE
    },
  })

  return {
    // Done when the person who is there has left; from the moment it was taken nobody else begins.
    withdraw: { ...standing, idle: true },
    restore: {
      ...{ idle: true, cutOff: 'again' },
      run: () => (isWithdrawn(store) ? tried(false) : refused('not-withdrawn')),
    },
    'rotate-keys': {
      ...{ idle: true, cutOff: 'interrupted' },
      run: async (_, command) => ((await parts.rotateKeys(command)) ? DONE : refused('key-not-taken')),
    },
    'send-log': {
      ...{ idle: false, cutOff: 'interrupted' },
      async run() {
        for (const until = parts.now() + SENDING_MS; parts.now() < until; await wait(500)) {
          if (journal.unsentCount() === 0) return { refusal: null, found: [{ what: 'unsent', outcome: '0' }] }
          parts.wake()
        }
        return refused('not-sent', [{ what: 'unsent', outcome: String(journal.unsentCount()) }])
      },
    },
    'restart-app': restarting('restart-app', parts.leave),
    'restart-device': restarting('restart-device', () => parts.devices.restart()),
    reboot: {
      ...{ idle: true, cutOff: 'done' },
      async run() {
        if (!parts.reboot) return refused('no-mechanism')
        if (tooOften('reboot')) return refused('too-often')
        // Up to the night, or to the end of the command.
        return (await parts.reboot()) ? DONE : refused('no-mechanism')
      },
      mayBegin: () => parts.reboot === null || parts.notNow() === null,
    },
    readiness: { idle: true, cutOff: 'interrupted', run: () => tried(true) },
    notice: standing,
    'notice-off': standing,
  }
}

function rowsOf({ readiness }: Examined): CommandOutcome['found'] {
  const checks: readonly Check[] = readiness.checks
  return checks.filter(({ outcome }) => outcome !== 'ok').map(({ key, outcome }) => ({ what: key, outcome }))
}

/** By systemd, as polkit lets the totem's user (assets/system/totem-polis-polkit.rules). */
export async function rebootMachine(): Promise<boolean> {
  const child = spawn('/usr/bin/systemctl', ['reboot'], { stdio: 'ignore' })
  const [code] = await once(child, 'exit').catch(() => [1])
  return code === 0
}
