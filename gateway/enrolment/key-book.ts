import type { KeyBook } from '../commands/routes.ts'
import { databaseNow, type EnrolmentDatabase } from './tables.ts'

/** The keys of enrolled totems, as the room of commands needs them. */
export const keyBookOf = (db: EnrolmentDatabase, onChanged: () => Promise<void>): KeyBook => ({
  async verificationKeyOf(totem) {
    const row = await db
      .selectFrom('totem_enrolled')
      .select('verification')
      .where('totem', '=', totem)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst()
    return row?.verification ?? null
  },
  async sealTo(totem, { kid, x, y }) {
    const { numUpdatedRows } = await db
      .updateTable('totem_enrolled')
      .set({ outcome: JSON.stringify({ kty: 'EC', crv: 'P-256', kid, x, y }), changed_at: databaseNow })
      .where('totem', '=', totem)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst()
    await onChanged()
    return numUpdatedRows > 0n
  },
})
