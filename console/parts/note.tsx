import { type ReactNode, useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { Problem } from './notice.tsx'

/** One line that stays: `write` sends it and refreshes what is shown. Refused, it is still there to be sent again. */
export function NoteField({
  label,
  action,
  write,
  leave,
  children,
}: {
  label: string
  action: string
  write(text: string): Promise<unknown>
  /** Where it was opened by a button: the way back, and the keys stand in it. */
  leave?(): void
  /** What belongs to it and stands before it. */
  children?: ReactNode
}) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  return (
    <Form
      className="line"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '' || isBusy) return
        setBusy(true)
        write(text.trim())
          .then(() => {
            setText('')
            setProblem(null)
          }, setProblem)
          .finally(() => setBusy(false))
      }}
    >
      {children}
      <TextField value={text} onChange={setText} maxLength={300} className="grows" autoFocus={leave !== undefined}>
        <Label>{label}</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={isBusy || text.trim() === ''}>
        {action}
      </Button>
      {leave && (
        <Button className="plain-button" onPress={leave}>
          Lascia
        </Button>
      )}
      <Problem of={problem} />
    </Form>
  )
}
