import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'

/** A deed that nothing takes back: its button says first what becomes of it, and another press does it. */
export function Sure({
  action,
  of,
  children,
  onSure,
}: {
  /** A verb; it stands on both buttons. */
  action: string
  /** To what it is done. */
  of: string
  children: ReactNode
  onSure(): void
}) {
  return (
    <DialogTrigger>
      <Button className="plain-button" aria-label={`${action}: ${of}`}>
        {action}…
      </Button>
      <ModalOverlay isDismissable className="veil">
        <Modal className="modal">
          <Dialog role="alertdialog">
            {({ close }) => (
              <>
                <Heading slot="title">
                  {action}: {of}
                </Heading>
                <p>{children}</p>
                <p className="line">
                  <Button
                    onPress={() => {
                      close()
                      onSure()
                    }}
                  >
                    {action}
                  </Button>
                  <Button className="plain-button" autoFocus onPress={close}>
                    Lascia così
                  </Button>
                </p>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  )
}
