import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { walksTo } from '../../simulator/visitor/index.ts'
import { listenerAt } from '../../simulator/visitor/listener.ts'
import { keyboardOf, padVisitor, type Strike } from '../../simulator/visitor/pad.ts'
import { handsAt, type Person, type Visitor } from '../../simulator/visitor/visitor.ts'
import { type Office, openOffice } from '../support/totem/office.ts'

// Whole journeys, from the first screen to the paper, of people who touch no glass: with the five keys of a pad, with two
// switches, and by ear with the screen hidden.
let office: Office
let strike: Strike

beforeAll(async () => {
  office = await openOffice()
  strike = keyboardOf(office.app)
})
afterAll(() => office?.close())

const personWith = (hand: Visitor): Person => ({ ...office, ...hand, ...handsAt(office.bench, 'anna-bianchi') })

/** Their own residence on paper, by this person's way of touching. */
async function printsResidence(person: Person) {
  const before = office.bench.printer.sheets.length
  expect(await walksTo(person, 'done')).toMatchObject({ outcome: 'printed', document: 'certificate' })
  await office.bench.printer.settled()
  expect(office.bench.printer.sheets.length).toBe(before + 1)
  await leaves(person)
}
async function leaves(person: Person) {
  person.takesPaper()
  await person.takesCard()
  await person.presses('action.leave')
  await office.sees('attract')
}
const focused = () => office.page().evaluate(() => document.activeElement?.textContent?.slice(0, 20))

test('a certificate by the five keys of a pad alone; a held key and a trembling hand strike once', async () => {
  await office.sees('attract')
  const all = await focused()
  await strike('Down')
  await expect.poll(focused).not.toBe(all)
  const first = await focused()
  await wait(150)
  await strike('Down', { repeats: 3 })
  await expect.poll(focused).not.toBe(first)
  await wait(150)
  await strike('Up', { times: 2 })
  await expect.poll(focused).toBe(first)
  await printsResidence(personWith(padVisitor(office, strike, 'Down', 'Return')))
})

test('a certificate by two switches: one steps, the other chooses', async () => {
  const pad = personWith(padVisitor(office, strike, 'Down', 'Return'))
  await pad.presses('bar.accessibility')
  await pad.presses('accessibility.scanning.two')
  await pad.presses('action.close')
  await printsResidence(personWith(padVisitor(office, strike, 'Space', 'Return')))
})

test('with one switch the focus steps by itself in its time, and the switch chooses', async () => {
  await office.presses('bar.accessibility')
  await office.presses('accessibility.scanning.one')
  await office.presses('action.close')
  const steps = await office.page().evaluate(
    () =>
      new Promise<number[]>((go) => {
        const at: number[] = []
        addEventListener('focusin', function step({ timeStamp }) {
          if (at.push(timeStamp) < 3) return
          removeEventListener('focusin', step)
          go(at)
        })
      }),
  )
  const stepMs = 1_000 * office.bench.totem.config.pad.stepSeconds
  // A busy machine may draw a step late, and the next one comes by the clock all the same.
  expect(((steps[2] ?? 0) - (steps[0] ?? 0)) / 2 / stepMs).toBeGreaterThan(0.9)
  expect(((steps[2] ?? 0) - (steps[0] ?? 0)) / 2 / stepMs).toBeLessThan(1.3)
  await expect.poll(focused).toMatch(new RegExp(`^${office.says('attract.start')}`))
  await strike('Space')
  await office.sees('card')
  await office.presses('action.leave')
  await office.sees('attract')
})

test('a certificate by ear, with the screen hidden: the person knows only what the totem says', async () => {
  const { sound } = office.bench.totem
  const { says } = office
  const { hears, chooses, types } = listenerAt(sound.utterances, strike)
  const hands = personWith(office)
  sound.plug(true)
  await hears(says('attract.title'))
  await strike('Home', { heldMs: 1_200 })
  await hears(says('curtain.hidden'))
  await chooses(says('attract.start'))
  await hears(says('card.title'))
  await hands.laysCard()
  await hears(says('pin.title'))
  const typing = sound.utterances.length
  await types(DEFAULT_PIN)
  await hears(says('menu.title'))
  const typed = sound.utterances.slice(typing).flat()
  expect(typed.filter((part) => part === '(digit)').length).toBeGreaterThan(0)
  expect(typed.join(' ')).not.toContain(DEFAULT_PIN)
  await chooses(says('menu.certificate'))
  await hears(says('purpose.title'))
  await chooses(says('purpose.processuale'))
  await hears(says('sheet.title'))
  await chooses(says('sheet.see'))
  await hears(says('preview.title'))
  await chooses(says('done.listen'))
  expect(await hears('')).toMatch(/certifica.*BIANCHI/is)
  await chooses(says('preview.accept'))
  await hears(says('sheet.title'))
  await chooses(says('sheet.print'))
  await hears(says('done.printed.title'))
  expect(await office.page().locator('.curtain').isVisible()).toBe(true)
  expect(sound.utterances.flat()).toContain('(paper)')
  await chooses(says('done.listen'))
  expect(await hears('')).toMatch(/certifica.*BIANCHI/is)
  hands.takesPaper()
  await hands.takesCard()
  const page = office.page()
  await chooses(says('action.leave'))
  await hears(says('attract.title'))
  // The page of the visit goes with it, a moment later: whoever comes next touches its successor.
  await expect.poll(() => page.isClosed()).toBe(true)
  sound.plug(false)
})

test('while speech is on the first touch says what is under the finger, so does one that slides, and the second acts', async () => {
  const { sound } = office.bench.totem
  sound.plug(true)
  const { hears } = listenerAt(sound.utterances, strike)
  await hears(office.says('attract.title'))
  const page = office.page()
  const start = page.getByRole('button', { name: office.says('attract.start') }).first()
  const placeOf = async (one: typeof start) => {
    const { x = 0, y = 0, width = 0, height = 0 } = (await one.boundingBox()) ?? {}
    return [x + width / 2, y + height / 2] as const
  }
  await page.mouse.move(...(await placeOf(page.getByRole('button', { name: 'English' }))))
  await page.mouse.down()
  await hears('English')
  await page.mouse.move(...(await placeOf(start)))
  await hears(office.says('attract.start'))
  await page.mouse.up()
  await page.mouse.move(...(await placeOf(page.getByRole('heading').first())))
  await page.mouse.down()
  await hears(office.says('attract.title'))
  await page.mouse.up()
  expect(await office.screen()).toMatchObject({ screen: 'attract' })

  await start.click()
  await hears(office.says('attract.start'))
  expect(await office.screen()).toMatchObject({ screen: 'attract' })
  await start.click()
  await hears(office.says('card.title'))
  sound.plug(false)
})

test('a person who asks for one touch at a time has half a second between two strikes of one key', async () => {
  await office.presses('bar.accessibility')
  await office.presses('accessibility.oneTouch')
  await office.presses('action.close')
  const question = await focused()
  await strike('Down', { times: 2, apartMs: 250 })
  await expect.poll(focused).not.toBe(question)
  await wait(600)
  await strike('Up')
  await expect.poll(focused).toBe(question)
})
