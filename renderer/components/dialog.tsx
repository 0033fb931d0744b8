import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Settling } from './press-guard.tsx'

type Dialog = { title: string; open: boolean; onClose?: () => void; urgent?: boolean; children: ReactNode }

/** A panel over everything. Without `onClose` it closes only when main says so. */
export function Dialog({ title, open, onClose, urgent = false, children }: Dialog) {
  return (
    <ModalOverlay
      className="veil"
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
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
            {children}
          </Settling>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
