import type { Shows } from '../../visit/chart.ts'
import { printingScreen } from '../../visit/printing.ts'
import { required } from '../../visit/visit.ts'
import type { states } from './states.ts'

export const screens: Shows<typeof states> = {
  printingWritten: (context, { inner }) =>
    printingScreen(required(context.visit.paper.document, 'document'), context, inner),
}
