import { type ReactNode, useRef } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '../i18n/use-text.ts'
import { Icon } from './icon.tsx'
import { usePages } from './pages.ts'
import { Settling } from './press-guard.tsx'
import { TouchButton } from './touch-button.tsx'

type Dialog = {
  title: string
  open: boolean
  onClose?: () => void
  urgent?: boolean
  /** Where it is not the screen's, and how it is written. */
  language?: string
  direction?: 'rtl'
  children: ReactNode
}

/** A panel over everything. Without `onClose` it closes only when main says so. */
export function Dialog({ title, open, onClose, urgent = false, language, direction, children }: Dialog) {
  return (
    <ModalOverlay
      className={urgent ? 'veil blank' : 'veil'}
      isOpen={open}
      isDismissable={onClose !== undefined}
      isKeyboardDismissDisabled={onClose === undefined}
      onOpenChange={(stillOpen) => {
        if (!stillOpen) onClose?.()
      }}
    >
      <Modal className="panel">
        <AriaDialog className="dialog" role={urgent ? 'alertdialog' : 'dialog'}>
          <Settling>
            <div className="dialog-words" lang={language} dir={direction}>
              <Heading slot="title" className="dialog-title">
                {title}
              </Heading>
              {onClose ? <Pages onClose={onClose}>{children}</Pages> : children}
            </div>
          </Settling>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** A dialog that is closed by a touch; what does not fit goes on to further pages, as on a screen. */
function Pages({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  const text = useText()
  const content = useRef<HTMLDivElement>(null)
  const { page, pages, turn } = usePages(content)
  return (
    <>
      <div ref={content} className="dialog-content" data-pages={pages}>
        {children}
      </div>
      <div className="dialog-actions">
        {pages > 1 && (
          <TouchButton className="secondary" onPress={() => turn(page + 1 < pages ? 1 : -page)}>
            <span>{text('action.more', { page: page + 1, pages })}</span>
          </TouchButton>
        )}
        <TouchButton className="primary" back onPress={onClose}>
          <span>{text('action.close')}</span>
          <Icon name="close" />
        </TouchButton>
      </div>
    </>
  )
}
