import type { Logger } from 'pino'
import type { Clock } from '../../basics/time.ts'
import { readPage } from '../http/page.ts'
import type { Routes } from '../http/route.ts'
import type { Database } from '../store/schema.ts'
import { readComuni } from './comuni.ts'
import { keepFigures } from './figures.ts'
import { openData } from './open-data.ts'
import { openPlan } from './plan.ts'
import { polisPage, polisRoutes } from './routes.ts'

export interface PolisRoom {
  /** The figures alone, for a door that has a page of its own. */
  figures: Routes
  /** Figures and page, for the public door. */
  page: Routes
  stop(): Promise<void>
}

/** Reads the files that the setting names; what it gives begins to count once the database is open. */
export async function polisFiles(settings: { plan: string; page: string; openData: string | null }, log: Logger) {
  const [plan, page, comuni] = await Promise.all([
    openPlan(settings.plan, log),
    readPage('polis.page', settings.page),
    readComuni(),
  ])
  return async ({ db, now }: { db: Database; now: Clock }): Promise<PolisRoom> => {
    const keeper = await keepFigures({ db, comuni, plan, openData: openData(settings.openData, log), now, log })
    const figures = polisRoutes(keeper)
    return { figures, page: polisPage(page, figures), stop: keeper.stop }
  }
}
