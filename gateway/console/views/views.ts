import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import type { Handlers } from '../route.ts'

/** Of one person. */
const MOST = 50
const DONE: Result<{ done: true }, ConsoleProblem> = ok({ done: true })

/** Each person's own named views; row level security shows nobody else's. A name that is there is given its new address. */
export const viewHandlers: Pick<Handlers, 'views' | 'saveView' | 'dropView'> = {
  views: async ({ seen }) =>
    ok({
      views: await seen((transaction) =>
        transaction.selectFrom('console_view').select(['screen', 'name', 'search']).orderBy('name').execute(),
      ),
    }),
  saveView: async ({ body, session: { person }, seen }) =>
    seen(async (transaction) => {
      const held = await transaction.selectFrom('console_view').select(['screen', 'name']).execute()
      const isThere = held.some(({ screen, name }) => screen === body.screen && name === body.name)
      if (!isThere && held.length >= MOST) return err({ kind: 'too-many', field: null })
      await transaction
        .insertInto('console_view')
        .values({ person, ...body })
        .onConflict((conflict) => conflict.columns(['person', 'screen', 'name']).doUpdateSet({ search: body.search }))
        .execute()
      return DONE
    }),
  dropView: async ({ body: { screen, name }, seen }) =>
    seen(async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('console_view')
        .where('screen', '=', screen)
        .where('name', '=', name)
        .executeTakeFirst()
      return numDeletedRows === 0n ? err({ kind: 'not-found', field: null }) : DONE
    }),
}
