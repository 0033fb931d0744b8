import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ipcMethodNames } from '../../contract/bridge.ts'
import { answer } from '../../contract/journeys/index.ts'
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
  invoke(ours, 'answer', { type: 'chooseLanguage', language: 'en' })
  expect(handlers.answer).toHaveBeenCalledExactlyOnceWith({ type: 'chooseLanguage', language: 'en' })
  invoke(ours, 'enterPin', new Uint8Array([49, 50, 51, 52, 53]))
  expect(handlers.enterPin).toHaveBeenCalledExactlyOnceWith(new Uint8Array([49, 50, 51, 52, 53]))
})

test('what the page of the citizen before would still say reaches nobody, and is no alarm', () => {
  const touch = { about: 'touch' }
  expect(invoke(from('app://totem/index.html', { sender: {} }), 'speech', touch)).toBeUndefined()
  expect(handlers.speech).not.toHaveBeenCalled()
  expect(onRefused).not.toHaveBeenCalled()
  invoke(ours, 'speech', touch)
  expect(handlers.speech).toHaveBeenCalledExactlyOnceWith(touch)
})

describe('refused, journalled, and without effect', () => {
  const refusals: [string, reason: string, event: unknown, method: unknown, argument?: unknown][] = [
    ['another origin', 'origin', from('https://totem/index.html'), 'stay'],
    ['an origin that only looks like ours', 'origin', from('app://totem.example/index.html'), 'stay'],
    ['a file', 'origin', from('file:///usr/share/index.html'), 'stay'],
    ['a blank page', 'origin', from('about:blank'), 'stay'],
    ['a page without an address', 'origin', from(''), 'stay'],
    ['a frame that is gone', 'origin', from(null), 'stay'],
    ['a frame in the page', 'frame', from('app://totem/index.html', { parent: {} }), 'stay'],
    ['the window of the citizen before', 'frame', from('app://totem/index.html', { sender: {} }), 'stay'],
    ['a name that is not in the contract', 'method', ours, 'readFile', '/etc/passwd'],
    ['a name of every object', 'method', ours, 'constructor'],
    ['no name', 'method', ours, undefined],
    ['a name that is not text', 'method', ours, { toString: 'stay' }],
    ['an answer of no type', 'arguments', ours, 'answer', 'start'],
    ['an answer of a type that is not in the contract', 'method', ours, 'answer', { type: 'rm' }],
    ['an answer of a type of every object', 'method', ours, 'answer', { type: 'constructor' }],
    ['an argument where none is taken', 'arguments', ours, 'answer', { type: 'start', language: 'it', now: 1 }],
    ['an argument where none is taken, of a method', 'arguments', ours, 'stay', 1],
    ['an unknown language', 'arguments', ours, 'answer', { type: 'chooseLanguage', language: 'xx' }],
    ['a PIN as text', 'arguments', ours, 'enterPin', '12345'],
    ['a PIN with a letter', 'arguments', ours, 'enterPin', new Uint8Array([49, 50, 51, 52, 65])],
    ['a PIN too long', 'arguments', ours, 'enterPin', new Uint8Array(9).fill(49)],
    ['a PIN as an answer', 'method', ours, 'answer', { type: 'enterPin', pin: new Uint8Array([49, 50, 51, 52, 53]) }],
    ['what the hardware alone tells', 'method', ours, 'answer', { type: 'card.removed' }],
    ['a person out of bounds', 'arguments', ours, 'answer', { type: 'choosePerson', index: -1 }],
    ['no certificate', 'arguments', ours, 'answer', { type: 'chooseCertificates', types: [] }],
    [
      'a certificate this totem does not issue',
      'arguments',
      ours,
      'answer',
      { type: 'chooseCertificates', types: ['2'] },
    ],
  ]
  test.each(refusals)('%s', (_name, reason, event, method, argument) => {
    expect(() => invoke(event, method, argument)).toThrow(`refused: ${reason}`)
    expect(onRefused).toHaveBeenCalledExactlyOnceWith(reason, expect.stringMatching(/^\w{1,32}$/))
    for (const handler of Object.values(handlers)) expect(handler).not.toHaveBeenCalled()
  })
})

test('every answer of the contract is taken, by its type and nothing else of it', () => {
  // The number is here so that a new answer is a decision: it widens what a broken renderer can do.
  expect(answer.options).toHaveLength(61)
  for (const { shape } of answer.options) {
    const { value: type } = shape.type
    if (Object.keys(shape).length > 1) {
      expect(() => invoke(ours, 'answer', { type })).toThrow('refused: arguments')
      expect(onRefused).toHaveBeenLastCalledWith('arguments', type)
      continue
    }
    invoke(ours, 'answer', { type })
    expect(handlers.answer).toHaveBeenLastCalledWith({ type })
  }
})
