import { beforeEach, expect, test, vi } from 'vitest'
import { ipcMethodNames } from '../../contract/bridge.ts'
import { type CallHandlers, registerCalls } from '../../main/shell/calls.ts'

// A renderer that was taken over asks for what it likes. What is refused leaves nothing behind: no bytes in memory that
// may be a PIN, and no word of the renderer's own in the journal, which is a file.
type Invoke = (event: unknown, method: unknown, argument?: unknown) => unknown
let invoke: Invoke
vi.mock('electron', () => ({
  ipcMain: {
    handle: (_channel: string, listener: Invoke) => {
      invoke = listener
    },
  },
}))

const window = { id: 'current' }
const ours = { senderFrame: { url: 'app://totem/index.html', parent: null }, sender: window }
const handlers = Object.fromEntries(ipcMethodNames.map((name) => [name, vi.fn()])) as unknown as CallHandlers
const onRefused = vi.fn()
beforeEach(() => {
  vi.clearAllMocks()
  registerCalls({ isCurrent: (sender) => (sender as unknown) === window, handlers, onRefused })
})
const pin = () => new Uint8Array([49, 50, 51, 52, 53])
const wiped = new Uint8Array(5)

test.each<[string, (bytes: Uint8Array<ArrayBuffer>) => unknown]>([
  ['alone', (bytes) => bytes],
  ['in an answer', (bytes) => ({ type: 'enterPin', pin: bytes })],
  ['deep in an answer', (bytes) => ({ type: 'start', a: { b: [{ pin: bytes }] } })],
  ['in a list', (bytes) => [[bytes]]],
  ['in a map', (bytes) => new Map([['pin', bytes]])],
  ['as key of a map', (bytes) => new Map([[bytes, 'pin']])],
  ['in a set', (bytes) => new Set([bytes])],
  ['as cause of an error', (bytes) => ({ type: 'enterPin', pin: new Error('x', { cause: [bytes] }) })],
  ['as a buffer', ({ buffer }) => buffer],
  ['as a buffer in an answer', ({ buffer }) => ({ type: 'enterPin', pin: buffer })],
  ['as a view', ({ buffer }) => ({ type: 'enterPin', pin: new DataView(buffer) })],
  ['as signed numbers', ({ buffer }) => new Int8Array(buffer)],
  ['beside the bytes that are shown', ({ buffer }) => new Uint8Array(buffer, 4, 1)],
])('a PIN that is refused is overwritten: %s', (_, wrap) => {
  for (const [event, method] of [
    [ours, 'answer'],
    [ours, 'readFile'],
    [{ senderFrame: null, sender: window }, 'enterPin'],
  ] as const) {
    const bytes = pin()
    expect(() => invoke(event, method, wrap(bytes))).toThrow('refused')
    expect(bytes).toEqual(wiped)
  }
})

test('an argument that holds itself, or lies a hundred thousand deep, is refused and overwritten', () => {
  const bytes = pin()
  const circle: Record<string, unknown> = { type: 'enterPin' }
  circle.self = circle
  circle.pin = bytes
  expect(() => invoke(ours, 'answer', circle)).toThrow('refused: method')
  expect(bytes).toEqual(wiped)
  const deepest = pin()
  let deep: unknown = deepest
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  expect(() => invoke(ours, 'answer', deep)).toThrow('refused: arguments')
  expect(deepest).toEqual(wiped)
})

test.each([
  ['a codice fiscale', 'RSSMRA85T10A562S'],
  ['a PIN', '38461'],
  ['a number of a mark', '01234567890123'],
  ['a name', 'Rossi'],
  ['a name of every object', '__proto__'],
])('%s as a name never reaches the journal', (_, text) => {
  for (const [method, argument] of [
    [text, undefined],
    ['answer', { type: text }],
  ] as const) {
    expect(() => invoke(ours, method, argument)).toThrow('refused: method')
    expect(onRefused).toHaveBeenLastCalledWith('method', 'unnamed')
  }
  expect(() => invoke({ senderFrame: null, sender: window }, text)).toThrow('refused: origin')
  expect(onRefused).toHaveBeenLastCalledWith('origin', 'unnamed')
})

test('a name of the contract is journalled as before', () => {
  expect(() => invoke({ senderFrame: null, sender: window }, 'stay')).toThrow('refused: origin')
  expect(onRefused).toHaveBeenLastCalledWith('origin', 'stay')
  expect(() => invoke(ours, 'answer', { type: 'start', language: 'it', at: 'now' })).toThrow('refused: arguments')
  expect(onRefused).toHaveBeenLastCalledWith('arguments', 'start')
})

test('a huge argument is refused within a second', () => {
  const began = performance.now()
  const types = Array.from({ length: 200_000 }, () => 'x')
  expect(() => invoke(ours, 'answer', { type: 'chooseCertificates', types })).toThrow('refused: arguments')
  expect(() => invoke(ours, 'answer', { type: 'x'.repeat(10_000_000) })).toThrow('refused: method')
  expect(performance.now() - began).toBeLessThan(1_000)
  expect(handlers.answer).not.toHaveBeenCalled()
})
