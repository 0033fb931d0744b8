import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ownFolder } from '../../basics/temporary.ts'
import { atTotem } from '../../contract/caller.ts'
import { ok } from '../../contract/result.ts'
import { createBell } from '../../gateway/operations/bell.ts'
import { createCitizens } from '../../gateway/operations/citizens.ts'
import { createFull } from '../../gateway/operations/full.ts'
import { createIntake } from '../../gateway/operations/intake.ts'
import { readKey } from '../../gateway/sealing/sealing.ts'
import { bounds } from '../../gateway/settings/config.ts'
import { openStore } from '../../gateway/store/database.ts'
import { WORK } from '../../gateway/store/queues.ts'
import { makePki } from '../../simulator/pki/make.ts'
import { layDatabase } from '../support/gateway/database.ts'
import { sealed, wish } from '../support/gateway/requests.ts'
import { PKI } from '../support/pki.ts'

test('a request that is known already is not judged again, however it is sealed', async () => {
  await makePki(PKI)
  const log = pino({ level: 'silent' })
  const dataDir = ownFolder('totem-intake')
  await layDatabase(dataDir)
  const store = await openStore({ databaseUrl: null, dataDir }, log)
  await store.boss.createQueue(WORK)
  // pg-boss looks a queue up once; within a transaction the embedded database has no second connection for it.
  await store.boss.fetch(WORK)
  const bell = createBell(store, log)
  const folder = join(PKI, 'gateway-keys')
  const keys = readdirSync(folder).map((file) => readKey(readFileSync(join(folder, file), 'utf8')))
  let judged = 0
  const intake = createIntake({
    ...{ db: store.db, boss: store.boss, bell, citizens: createCitizens(bell), full: createFull() },
    sealingKeys: new Map(keys.map(({ kid, key }) => [kid, key])),
    logins: {
      async atDoor() {
        judged++
        return ok({ isLate: false, codiceFiscale: 'RSSMRA80A01H501U' })
      },
    },
    hearing: { minutesOf: async () => 1 },
    reference: (text) => text,
    bounds: bounds.parse({}),
    now: () => new Date(),
    log,
  })
  const request = wish('anna-bianchi')
  const bring = async () => (await intake(atTotem('TT-0001'), [await sealed(request)]))[0]?.state
  expect([await bring(), await bring(), await bring()]).toEqual(['pending', 'pending', 'pending'])
  expect(judged).toBe(1)
  const another = await sealed({ ...request, types: ['1'] })
  await intake(atTotem('TT-0001'), [another])
  expect(judged).toBe(2)
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})
