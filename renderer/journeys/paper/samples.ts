import type { ScreenOf } from '../../../contract/journeys/index.ts'
import type { SamplesOf } from '../journey.ts'

type Document = ScreenOf<'printing'>['document']

/** In the middle of the only page. */
const printing = (document: Document): ScreenOf<'printing'> => ({
  screen: 'printing',
  document,
  page: 1,
  pages: 1,
  band: 20,
  bands: 30,
})
const fault = (
  document: Document,
  status: ScreenOf<'print-fault'>['status'],
  {
    page = 1,
    resumable = false,
    ways = [] as ScreenOf<'print-fault'>['ways'],
    sheet = 'void' as ScreenOf<'print-fault'>['sheet'],
  } = {},
): ScreenOf<'print-fault'> => ({ screen: 'print-fault', document, status, page, sheet, resumable, ways })

export const samples: SamplesOf<'paper'> = {
  printing: {
    canLeave: false,
    shown: {
      'printing-certificate': { ...printing('certificate'), pages: 2, band: 14 },
      'printing-receipt': { ...printing('receipt'), band: 2, bands: 3 },
      'printing-code': printing('code'),
      'printing-slip': { ...printing('slip'), band: 0, bands: 0 },
      'printing-declaration': printing('declaration'),
      'printing-atto-notorio': printing('atto-notorio'),
    },
    withoutSteps: { 'printing-visura': printing('visura') },
  },
  'print-fault': {
    shown: {
      'print-fault-paper-out': fault('certificate', 'paperOut'),
      'print-fault-phone': fault('certificate', 'paperOut', { sheet: 'none', ways: ['phone', 'email', 'domicilio'] }),
      'print-fault-not-begun': fault('certificate', 'paperOut', { sheet: 'none' }),
      'print-fault-refilled': fault('certificate', 'ready', { sheet: 'none', resumable: true }),
      'print-fault-between': fault('certificate', 'paperOut', { page: 2, sheet: 'none' }),
      'print-fault-declaration': fault('declaration', 'ready', { resumable: true }),
      'print-fault-atto-notorio': fault('atto-notorio', 'paperOut'),
      'print-fault-jam': fault('receipt', 'jam'),
      'print-fault-cover': fault('slip', 'coverOpen'),
      'print-fault-hot': fault('certificate', 'overheated', { page: 2 }),
      'print-fault-offline': fault('certificate', 'offline', { sheet: 'perhaps' }),
      'print-fault-absent': fault('certificate', 'absent', { sheet: 'perhaps' }),
      'print-fault-back': fault('slip', 'ready', { sheet: 'perhaps', resumable: true }),
      'print-fault-ready': fault('certificate', 'ready', { page: 2, resumable: true }),
      'print-fault-any-way': fault('certificate', 'ready', { resumable: true, ways: ['phone', 'email', 'domicilio'] }),
      'print-fault-low': fault('certificate', 'paperLow', { page: 2, resumable: true }),
    },
    withoutSteps: { 'print-fault-visura': fault('visura', 'paperOut') },
  },
}
