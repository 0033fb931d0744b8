import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TotemConfig } from '../../contract/config.ts'
import type { Bench } from '../bench/office.ts'

/** Ports inside the guest: where its totem finds the line, and where the totem's debugger is found. */
export const INSIDE = { line: 8443, debugger: 9222, forwarded: 9223 }
/** QEMU's name for the machine outside. */
const OUTSIDE = '10.0.2.2'
const RELEASE_KEY = 'keys/release.pub.jwk.json'
const [ETC, STATE] = ['/etc/totem-polis', '/var/lib/totem-polis']

/**
 * What the guest's system has beside a totem's own: the agent that runs programs there, cables by USB/IP, the line to this
 * machine's gateway (whose certificate names 127.0.0.1), and the way to the debugger, which a production build removes.
 */
export const GUEST_PACKAGES = ['qemu-guest-agent', 'usbip']

const proxy = (description: string, listen: string, to: string) => ({
  socket: `[Unit]\nDescription=${description}\n[Socket]\nListenStream=${listen}\n[Install]\nWantedBy=sockets.target\n`,
  service: `[Unit]\nDescription=${description}\n[Service]\nEnvironmentFile=/data/etc/bench.env\nExecStart=/lib/systemd/systemd-socket-proxyd ${to}\n`,
})
const line = proxy('The line to the bench', `127.0.0.1:${INSIDE.line}`, `${OUTSIDE}:\${LINE_PORT}`)
const debuggers = proxy('The way to the debugger', String(INSIDE.forwarded), `127.0.0.1:${INSIDE.debugger}`)
const CABLES = `[Unit]
Description=The cables to the bench
After=network-online.target
Wants=network-online.target
[Service]
EnvironmentFile=/data/etc/bench.env
ExecStartPre=/sbin/modprobe vhci-hcd
ExecStart=/usr/local/sbin/bench-cables
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
`
/** Attaches what is not attached: a cable that was pulled may be plugged in again. */
const ATTACH = `#!/bin/sh
while :; do
  for id in $BUS_IDS; do
    usbip port 2>/dev/null | grep -q "/$id\\$" || usbip --tcp-port "$CABLES_PORT" attach --remote ${OUTSIDE} --busid "$id"
  done
  sleep 3
done
`
/** An emulated machine beside other work is slower than systemd's patience with a totem, and the watchdog's with systemd. */
const SLOW = `[Unit]
StartLimitBurst=5
[Service]
TimeoutStartSec=15min
WatchdogSec=3min
`
const SLOW_SYSTEM = `[Manager]
RuntimeWatchdogSec=10min
`
const UNITS = '/etc/systemd/system'
export const GUEST_ADDITION = {
  files: {
    [`${UNITS}/bench-line.socket`]: { content: line.socket },
    [`${UNITS}/bench-line.service`]: { content: line.service },
    [`${UNITS}/bench-debugger.socket`]: { content: debuggers.socket },
    [`${UNITS}/bench-debugger.service`]: { content: debuggers.service },
    [`${UNITS}/bench-cables.service`]: { content: CABLES },
    [`${UNITS}/totem-polis.service.d/slow.conf`]: { content: SLOW },
    '/etc/systemd/system.conf.d/slow.conf': { content: SLOW_SYSTEM },
    '/usr/local/sbin/bench-cables': { content: ATTACH, mode: 0o755 },
  },
  units: ['bench-line.socket', 'bench-debugger.socket', 'bench-cables.service'],
  // The last one is /dev/console: what the system says is on the serial line.
  commandLine: 'console=ttyS0',
}

/**
 * The bench's totem as a technician provisions it on a machine of its own: `etc` and `state` in `folder`, for the image's
 * data partition. Nothing of it names a bench.
 */
export function provisionGuest(
  bench: Bench,
  folder: string,
  releases: { releaseKey: string; compatible: string } | null,
): void {
  const { cables, line: wire, totem } = bench
  if (!cables) throw new Error('a guest needs the bench’s cables')
  const [etc, state] = [join(folder, 'etc'), join(folder, 'state')]
  mkdirSync(folder, { recursive: true })
  cpSync(join(totem.folder, 'keys'), join(etc, 'keys'), { recursive: true })
  cpSync(totem.config.dataDir, state, { recursive: true })
  const moved = JSON.parse(
    JSON.stringify(totem.config)
      .replaceAll(join(totem.folder, 'keys'), join(ETC, 'keys'))
      .replaceAll(totem.config.dataDir, STATE),
  ) as TotemConfig
  if (releases) copyFileSync(releases.releaseKey, join(etc, RELEASE_KEY))
  const config = {
    ...moved,
    update: releases && { releaseKey: join(ETC, RELEASE_KEY), compatible: releases.compatible },
    panel: { mmPerPixel: totem.config.panel.mmPerPixel, bottomMm: totem.config.panel.bottomMm },
    gateway: { ...moved.gateway, url: `https://127.0.0.1:${INSIDE.line}` },
    sound: null,
    bench: null,
  }
  const env = { LINE_PORT: wire.port, CABLES_PORT: cables.port, BUS_IDS: `"${cables.busIds.join(' ')}"` }
  const panel = {
    WLR_RENDERER: 'pixman',
    TOTEM_FLAGS: `"--disable-gpu --remote-debugging-port=${INSIDE.debugger}"`,
  }
  const lines = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')
  writeFileSync(join(etc, 'totem.json'), JSON.stringify(config), { mode: 0o640 })
  writeFileSync(join(etc, 'bench.env'), lines(env))
  writeFileSync(join(etc, 'panel.env'), lines(panel))
}
