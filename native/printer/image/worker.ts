import { parentPort } from 'node:worker_threads'
import { ok, type Result } from '../../../contract/result.ts'
import { type Document, openDocument } from './document.ts'
import { loadPdfium } from './pdfium.ts'
import { type PdfAnswer, type PdfRefused, type PdfReply, type PdfTask, refusedPdf } from './task.ts'

// The thread in which pdfium reads and draws. pdf.ts gives it one task at a time, and ends it when one takes too long.

/** Moved to the other thread rather than copied: a page is 0.5 MB of dots, or 4 MB of pixels. */
function buffersOf(answer: PdfAnswer): ArrayBuffer[] {
  const bytes = answer.kind === 'dots' ? answer.dots.rows : answer.kind === 'pixels' ? answer.image.pixels : null
  // Each is a copy of its own (document.ts), never a view of pdfium's memory.
  return bytes ? [bytes.buffer as ArrayBuffer] : []
}

const port = parentPort
if (!port) throw new Error('pdf.ts starts this file')
let full = false

void loadPdfium(() => {
  full = true
}).then((pdfium) => {
  const documents = new Map<number, Document>()

  function work(task: PdfTask): Result<PdfAnswer, PdfRefused> {
    if (task.kind === 'open') {
      const opened = openDocument(pdfium, task.bytes)
      if (!opened.ok) return opened
      documents.set(task.document, opened.value)
      return ok({ kind: 'opened', pages: opened.value.pages })
    }
    const document = documents.get(task.document)
    if (!document) throw new Error(`document ${task.document} is not open`)
    switch (task.kind) {
      case 'pixels': {
        const drawn = document.pixels(task.page, task.scale)
        return drawn.ok ? ok({ kind: 'pixels', image: drawn.value }) : drawn
      }
      case 'dots': {
        const drawn = document.dots(task.page, task.paper)
        return drawn.ok ? ok({ kind: 'dots', dots: drawn.value }) : drawn
      }
      case 'text': {
        const read = document.text()
        return read.ok ? ok({ kind: 'text', text: read.value }) : read
      }
      case 'close':
        documents.delete(task.document)
        document.close()
        return ok({ kind: 'closed' })
    }
  }

  port.on('message', (task: PdfTask) => {
    try {
      const answer = work(task)
      port.postMessage({ answer, spent: false } satisfies PdfReply, answer.ok ? buffersOf(answer.value) : [])
    } catch (error) {
      // A damaged file that pdfium did not expect ends in a WASM trap. Any other error is a bug.
      if (!(error instanceof WebAssembly.RuntimeError) && !full) throw error
      // This pdfium cannot be trusted any more.
      port.postMessage({ answer: refusedPdf(full ? 'too-large' : 'broken'), spent: true } satisfies PdfReply)
    }
  })
  port.postMessage('ready')
})
