import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '../i18n/use-text.ts'
import { Icon } from './icon.tsx'
import { Settling } from './press-guard.tsx'
import { TouchButton } from './touch-button.tsx'

type Dialog = { title: string; open: boolean; onClose?: () => void; urgent?: boolean; children: ReactNode }

/** A panel over everything. Without `onClose` it closes only when main says so. */
export function Dialog({ title, open, onClose, urgent = false, children }: Dialog) {
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

export function CloseButton({ onPress }: { onPress: () => void }) {
  const text = useText()
  return (
    <div className="dialog-actions">
      <TouchButton className="primary" back onPress={onPress}>
        <span>{text('action.close')}</span>
        <Icon name="close" />
      </TouchButton>
    </div>
  )
}
