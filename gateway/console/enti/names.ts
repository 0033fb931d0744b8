import type { Scope } from '../../../contract/console/people.ts'
import type { ConsoleDatabase } from '../tables.ts'

/** How scopes of comuni and offices are called; null: another kind of scope, or a tenant that is none. */
export async function scopeNames(db: Pick<ConsoleDatabase, 'selectFrom'>): Promise<(scope: Scope) => string | null> {
  const enti = new Map((await db.selectFrom('ente').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]))
  const uffici = new Map(
    (await db.selectFrom('ufficio_ente').selectAll().execute()).map(({ ente, id, name }) => [`${ente}/${id}`, name]),
  )
  return (scope) => {
    if (scope.kind === 'ente') return enti.get(scope.ente) ?? null
    if (scope.kind !== 'ufficio-ente') return null
    const [body, office, comune] = [
      enti.get(scope.ente),
      uffici.get(`${scope.ente}/${scope.ufficio}`),
      enti.get(scope.comune),
    ]
    return body && office && comune ? `${body}, ${office} (per ${comune})` : null
  }
}
