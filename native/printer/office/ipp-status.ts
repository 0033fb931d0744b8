import type { PrinterStatus } from '../../../contract/device.ts'

/** An IPP printer's state (RFC 8011 §5.4). */
export interface OfficePrinterState {
  /** 3 idle, 4 processing, 5 stopped. */
  state: number
  reasons: readonly string[]
  accepting: boolean
}

const STOPPED = 5

/** RFC 8011 §5.4.12 and the IANA registry of printer-state-reasons, in order: the first that applies is the status. */
const FAULTS: readonly (readonly [PrinterStatus, readonly string[]])[] = [
  ['coverOpen', ['cover-open', 'door-open', 'interlock-open']],
  ['jam', ['media-jam', 'output-area-full']],
  ['paperOut', ['media-empty', 'input-tray-missing']],
  ['overheated', ['fuser-over-temp']],
  [
    'offline',
    [
      ...['toner-empty', 'marker-supply-empty', 'marker-waste-full', 'developer-empty', 'opc-life-over'],
      ...['output-tray-missing', 'spool-area-full', 'timed-out'],
    ],
  ],
]
/**
 * A job waits for paper, whatever the severity. With `media-empty` alone the printer may take paper from another tray.
 */
const WAITS_FOR_PAPER = 'media-needed'
/** The printer is away, whatever the severity: CUPS says `offline-report` of a printer that it cannot reach. */
const AWAY = ['offline', 'paused', 'shutdown']
const LOW = ['media-low', 'media-empty']

/** One word for what to do about it. A reason without a severity counts as an error (RFC 8011 §5.4.12). */
export function officeStatus({ state, reasons, accepting }: OfficePrinterState): PrinterStatus {
  const said = reasons.map((reason) => {
    const [, word = '', severity = 'error'] = /^(.*?)(?:-(report|warning|error))?$/.exec(reason) ?? []
    return { word, prevents: severity === 'error' || (state === STOPPED && severity === 'warning') }
  })
  for (const [status, words] of FAULTS)
    if (said.some(({ word, prevents }) => prevents && words.includes(word))) return status
  if (said.some(({ word }) => word === WAITS_FOR_PAPER)) return 'paperOut'
  if (state === STOPPED || !accepting || said.some(({ word }) => AWAY.includes(word))) return 'offline'
  return said.some(({ word }) => LOW.includes(word)) ? 'paperLow' : 'ready'
}
