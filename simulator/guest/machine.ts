import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** Debian's package ovmf. */
const FIRMWARE = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', memory: '/usr/share/OVMF/OVMF_VARS_4M.fd' }
const AGENT_PORT = 'org.qemu.guest_agent.0'
/** Absolute axes of a virtual pointer. */
const AXIS_END = 0x7fff
const FIRST_VNC = 5_900
/** A guest whose only processor is busy answers late. */
const ANSWER_MS = 5 * 60_000
const TRY_MS = 5_000

export interface GuestOptions {
  /** The machine's whole disk; it is written to. */
  disk: string
  /** Folder of this machine alone, for its sockets and what its console says. */
  folder: string
  panel: { width: number; height: number }
  /** Ports of the guest that are wanted on this side's loopback: outside → inside. */
  forwards?: Record<number, number>
  /** Shows the panel to VNC viewers at this port of loopback, 5900 or later; they touch it as well. */
  viewer?: number
}

export interface Said {
  code: number
  stdout: string
  stderr: string
}

/** A machine of QEMU's: firmware, disk, panel, touch, USB, watchdog, and a line to this machine. */
export interface Guest {
  /** Resolves when its system answers; it may have been restarted meanwhile. */
  up(withinMs: number): Promise<void>
  /** Runs a program to its end, as root there. */
  run(program: string, ...args: string[]): Promise<Said>
  /** A finger on the glass, in pixels of the panel. */
  touch(x: number, y: number): Promise<void>
  /** What the panel shows, as PNG. */
  picture(file: string): Promise<void>
  /** The power goes and comes back. */
  cut(): Promise<void>
  /** Puts a USB stick in, which is this file. */
  plugStick(file: string): Promise<void>
  pullStick(): Promise<void>
  /** What firmware, kernel and console have said. */
  console(): string
  /** Times that it has started anew. */
  readonly restarts: number
  stop(): Promise<void>
}

export async function startGuest(options: GuestOptions): Promise<Guest> {
  const { disk, folder, panel, forwards = {}, viewer } = options
  const memory = join(folder, 'firmware.fd')
  copyFileSync(FIRMWARE.memory, memory)
  const [said, qmpSocket, agentSocket] = ['console.log', 'qmp', 'agent'].map((name) => join(folder, name)) as [
    ...[string, string, string],
  ]
  const ports = Object.entries(forwards).map(([outside, inside]) => `hostfwd=tcp:127.0.0.1:${outside}-:${inside}`)
  const qemu = spawn(
    'setpriv',
    [
      // It ends with this process, however that ends.
      ...['--pdeathsig', 'KILL', 'qemu-system-x86_64'],
      // QEMU's own emulation, so that it runs anywhere; with AVX Debian's llvmpipe crashes under it.
      ...['-machine', 'q35', '-accel', 'tcg,tb-size=512', '-cpu', 'Westmere', '-smp', '1', '-m', '2048'],
      ...['-nodefaults', '-rtc', 'base=utc'],
      ...(viewer === undefined ? ['-display', 'none'] : ['-vnc', `127.0.0.1:${viewer - FIRST_VNC}`]),
      ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${FIRMWARE.code}`],
      ...['-drive', `if=pflash,format=raw,unit=1,file=${memory}`],
      ...['-drive', `if=virtio,format=raw,cache=unsafe,file=${disk}`],
      ...['-device', `virtio-vga,xres=${panel.width},yres=${panel.height}`],
      ...['-device', 'qemu-xhci', '-device', 'usb-tablet', '-device', 'virtio-rng-pci'],
      ...['-netdev', ['user,id=line', ...ports].join(','), '-device', 'virtio-net-pci,netdev=line'],
      ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=agent,path=${agentSocket},server=on,wait=off`],
      ...['-device', `virtserialport,chardev=agent,name=${AGENT_PORT}`],
      ...['-serial', `file:${said}`, '-qmp', `unix:${qmpSocket},server=on,wait=off`],
      ...['-device', 'i6300esb', '-watchdog-action', 'reset'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const gone = once(qemu, 'exit')
  const qmp = await openQmp(qmpSocket, gone)
  const agent = await openAgent(agentSocket)
  let sticks = 0

  const pressed = (down: boolean) => ({ type: 'btn', data: { button: 'left', down } })
  const axis = (name: string, at: number, size: number) => ({
    type: 'abs',
    data: { axis: name, value: Math.round((at * AXIS_END) / size) },
  })
  return {
    up: (withinMs) => agent.wake(withinMs),
    run: (program, ...args) => agent.run(program, args),
    async touch(x, y) {
      const events = [axis('x', x, panel.width), axis('y', y, panel.height)]
      await qmp.ask('input-send-event', { events })
      await delay(200)
      await qmp.ask('input-send-event', { events: [pressed(true)] })
      await delay(200)
      await qmp.ask('input-send-event', { events: [pressed(false)] })
    },
    picture: async (file) => void (await qmp.ask('screendump', { filename: file, format: 'png' })),
    cut: async () => void (await qmp.ask('system_reset')),
    async plugStick(file) {
      sticks += 1
      const [node, id] = [`file${sticks}`, `stick${sticks}`]
      const backend = { driver: 'file', filename: file }
      await qmp.ask('blockdev-add', { driver: 'raw', 'node-name': node, file: backend })
      await qmp.ask('device_add', { driver: 'usb-storage', id, drive: node, removable: true })
    },
    pullStick: async () => void (await qmp.ask('device_del', { id: `stick${sticks}` })),
    console: () => (existsSync(said) ? readFileSync(said, 'latin1') : ''),
    get restarts() {
      return qmp.resets
    },
    async stop() {
      qemu.kill('SIGKILL')
      await gone
    },
  }
}

type Message = Record<string, unknown>

/** QEMU's own commands (QMP). */
async function openQmp(path: string, gone: Promise<unknown>) {
  const socket = await Promise.race([
    reached(path),
    gone.then(() => {
      throw new Error('QEMU did not start')
    }),
  ])
  let resets = 0
  const asked: ((message: Message) => void)[] = []
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as Message
    if (message.event === 'RESET') resets += 1
    if ('return' in message || 'error' in message) asked.shift()?.(message)
  })
  async function ask(execute: string, args: Message = {}): Promise<unknown> {
    const answer = new Promise<Message>((resolve) => asked.push(resolve))
    socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
    const message = await answer
    if ('error' in message) throw new Error(`QEMU, ${execute}: ${JSON.stringify(message.error)}`)
    return message.return
  }
  await ask('qmp_capabilities')
  return {
    ask,
    get resets() {
      return resets
    },
  }
}

/** The guest's own agent (Debian's qemu-guest-agent), which runs programs there. */
async function openAgent(path: string) {
  const socket = await reached(path)
  let [asked, waits] = [0, null as ((message: Message) => void) | null]
  createInterface({ input: socket }).on('line', (line) => {
    const message = parsed(line)
    // What a restart cut short is no message, and what nobody waits for any more no answer.
    if (message?.id === asked) waits?.(message)
  })
  async function ask(execute: string, args: Message, withinMs = ANSWER_MS): Promise<unknown> {
    const message = await new Promise<Message>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the guest does not answer: ${execute}`)), withinMs)
      waits = (answer) => {
        clearTimeout(late)
        resolve(answer)
      }
      asked += 1
      socket.write(`${JSON.stringify({ execute, arguments: args, id: asked })}\n`)
    })
    if ('error' in message) throw new Error(`${execute}: ${JSON.stringify(message.error)}`)
    return message.return
  }
  /** One question at a time. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }
  return {
    wake: (withinMs: number) =>
      inTurn(async () => {
        for (const until = Date.now() + withinMs; ; await delay(1_000)) {
          const id = Math.floor(Math.random() * 1e9)
          const back = await ask('guest-sync', { id }, TRY_MS).catch(() => null)
          if (back === id) return
          if (Date.now() > until) throw new Error('the guest has not come up')
        }
      }),
    async run(program: string, args: string[]): Promise<Said> {
      const { pid } = (await inTurn(() => ask('guest-exec', { path: program, arg: args, 'capture-output': true }))) as {
        pid: number
      }
      for (;;) {
        const state = (await inTurn(() => ask('guest-exec-status', { pid }))) as {
          exited: boolean
          exitcode?: number
          'out-data'?: string
          'err-data'?: string
        }
        const text = (data = '') => Buffer.from(data, 'base64').toString()
        if (state.exited)
          return { code: state.exitcode ?? 1, stdout: text(state['out-data']), stderr: text(state['err-data']) }
        await delay(500)
      }
    },
  }
}

function parsed(line: string): Message | null {
  try {
    return JSON.parse(line.replaceAll('\xff', '')) as Message
  } catch {
    return null
  }
}

async function reached(path: string): Promise<Socket> {
  for (const until = Date.now() + 10_000; ; await delay(100)) {
    const socket = connect(path)
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    if (open) return socket.on('error', () => {})
    if (Date.now() > until) throw new Error(`nobody at ${path}`)
  }
}
