import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ipcMethodNames } from '../../contract/bridge.ts'
import { type CallHandlers, registerCalls } from './calls.ts'

// As Electron does it: what crosses is a structured clone.
vi.mock('electron', () => ({
  ipcMain: {
    handle: (_channel: string, listener: Invoke) => {
      invoke = (event, method, argument) => listener(event, structuredClone(method), structuredClone(argument))
    },
  },
}))

type Invoke = (event: unknown, method: unknown, argument?: unknown) => unknown
const window = { id: 'current' }
const handlers = Object.fromEntries(ipcMethodNames.map((name) => [name, vi.fn()])) as unknown as CallHandlers
const onRefused = vi.fn()
let invoke: Invoke

beforeEach(() => {
  vi.clearAllMocks()
  registerCalls({
    isCurrent: (sender) => (sender as unknown) === window,
    handlers,
    onRefused,
  })
})

const from = (url: string | null, { parent = null, sender = window }: { parent?: unknown; sender?: unknown } = {}) => ({
  senderFrame: url === null ? null : { url, parent },
  sender,
})
const ours = from('app://totem/index.html')

test('a call by the contract reaches its handler with the parsed argument', () => {
  invoke(ours, 'chooseLanguage', 'en')
  expect(handlers.chooseLanguage).toHaveBeenCalledExactlyOnceWith('en')
  invoke(ours, 'enterPin', new Uint8Array([49, 50, 51, 52, 53]))
  expect(handlers.enterPin).toHaveBeenCalledExactlyOnceWith(new Uint8Array([49, 50, 51, 52, 53]))
})

describe('refused, journalled, and without effect', () => {
  const refusals: [string, reason: string, event: unknown, method: unknown, argument?: unknown][] = [
    ['another origin', 'origin', from('https://totem/index.html'), 'start'],
    ['an origin that only looks like ours', 'origin', from('app://totem.example/index.html'), 'start'],
    ['a file', 'origin', from('file:///usr/share/index.html'), 'start'],
    ['a blank page', 'origin', from('about:blank'), 'start'],
    ['a page without an address', 'origin', from(''), 'start'],
    ['a frame that is gone', 'origin', from(null), 'start'],
    ['a frame in the page', 'frame', from('app://totem/index.html', { parent: {} }), 'start'],
    ['the window of the citizen before', 'frame', from('app://totem/index.html', { sender: {} }), 'start'],
    ['a name that is not in the contract', 'method', ours, 'readFile', '/etc/passwd'],
    ['a name of every object', 'method', ours, 'constructor'],
    ['no name', 'method', ours, undefined],
    ['a name that is not text', 'method', ours, { toString: 'start' }],
    ['an argument where none is taken', 'arguments', ours, 'start', 1],
    ['an unknown language', 'arguments', ours, 'chooseLanguage', 'xx'],
    ['a PIN as text', 'arguments', ours, 'enterPin', '12345'],
    ['a PIN with a letter', 'arguments', ours, 'enterPin', new Uint8Array([49, 50, 51, 52, 65])],
    ['a PIN too long', 'arguments', ours, 'enterPin', new Uint8Array(9).fill(49)],
    ['a person out of bounds', 'arguments', ours, 'choosePerson', -1],
    ['no certificate', 'arguments', ours, 'chooseCertificates', []],
    ['a certificate this totem does not issue', 'arguments', ours, 'chooseCertificates', ['2']],
  ]
  test.each(refusals)('%s', (_name, reason, event, method, argument) => {
    expect(() => invoke(event, method, argument)).toThrow(`refused: ${reason}`)
    expect(onRefused).toHaveBeenCalledExactlyOnceWith(reason, expect.stringMatching(/^\w{1,32}$/))
    for (const handler of Object.values(handlers)) expect(handler).not.toHaveBeenCalled()
  })
})
