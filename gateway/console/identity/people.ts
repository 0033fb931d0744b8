import type { Answer } from '../../../contract/console/api.ts'
import type { ConsoleDatabase } from '../tables.ts'

/** What each person is called, by the account that was used last. */
export async function namesOf(db: ConsoleDatabase): Promise<Map<string, string>> {
  const people = await db.selectFrom('console_person').select(['person', 'name']).orderBy('seen_at').execute()
  return new Map(people.map(({ person, name }) => [person, name]))
}

export async function everybody(db: ConsoleDatabase): Promise<Answer<'people'>> {
  const people = await db
    .selectFrom('console_person')
    .select(['person', 'name', 'seen_at'])
    .orderBy('seen_at')
    .execute()
  const latest = new Map(
    people.map(({ person, name, seen_at }) => [person, { person, name, seenAt: seen_at.toISOString() }]),
  )
  return { people: [...latest.values()].sort((one, other) => one.name.localeCompare(other.name)) }
}
