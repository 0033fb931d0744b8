import { setTimeout as delay } from 'node:timers/promises'
import type { Guest } from '../../simulator/guest/machine.ts'
import { BOOT_MS } from './inside.ts'
import type { Run } from './run.ts'

/** The most that systemd's own judgement may give the unit (0 to 10; the lower the better). */
const MOST_EXPOSED = 4

/** What systemd itself says of the totem's units. */
export async function units(guest: Guest, saw: Run['saw']): Promise<void> {
  const said = async (...command: [string, ...string[]]) => (await guest.run(...command)).stdout.trim()
  const shown = async (unit: string, ...names: string[]) => {
    const lines = (await said('/bin/systemctl', 'show', unit, ...names.map((name) => `--property=${name}`))).split('\n')
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  }
  const totem = await shown(
    'totem-polis',
    'ActiveState',
    'NRestarts',
    'WatchdogUSec',
    'WatchdogTimestampMonotonic',
    'LimitCORE',
    'MemorySwapMax',
    'TasksCurrent',
    'MemoryCurrent',
  )
  saw(
    'totem-polis: active, without a restart',
    totem.ActiveState === 'active' && totem.NRestarts === '0',
    `${totem.TasksCurrent} tasks, ${Math.round(Number(totem.MemoryCurrent) / 1e6)} MB`,
  )
  saw('its watchdog is fed', Number(totem.WatchdogTimestampMonotonic) > 0, `of ${totem.WatchdogUSec}`)
  // pcscd is started by its socket, when the device process asks after the first picture.
  const until = Date.now() + BOOT_MS
  while ((await said('/bin/systemctl', 'is-active', 'pcscd')) !== 'active' && Date.now() < until) await delay(2_000)
  const others = ['seatd', 'pcscd', 'totem-polis-update.path']
  for (const unit of others) saw(`${unit}: active`, (await said('/bin/systemctl', 'is-active', unit)) === 'active')
  const exposure = Number(
    /exposure level for totem-polis\.service: ([\d.]+)/.exec(
      await said('/usr/bin/systemd-analyze', '--no-pager', 'security', 'totem-polis'),
    )?.[1],
  )
  saw('exposure of the unit, by systemd-analyze', exposure <= MOST_EXPOSED, String(exposure))
  saw(
    'no core dump, no swap',
    totem.LimitCORE === '0' && totem.MemorySwapMax === '0' && (await said('/sbin/swapon', '--show')) === '',
  )
  saw(
    'the journal has its limit',
    /max 200\.0M/.test(await said('/bin/journalctl', '--no-pager', '-b', '-o', 'cat', '-u', 'systemd-journald')),
  )
  const watchdog = '/sys/class/watchdog/watchdog0'
  const [identity, state] = (await said('/bin/cat', `${watchdog}/identity`, `${watchdog}/state`)).split('\n')
  saw('systemd feeds a hardware watchdog', state === 'active', identity)
  const failed = await said('/bin/systemctl', '--failed', '--no-legend', '--plain')
  saw('no unit has failed', failed === '', failed)
}
