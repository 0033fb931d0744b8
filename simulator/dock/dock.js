// The bench's control page: shows the state from simulator/bench/control.ts and sends what is pressed.
const byId = (id) => document.getElementById(id)

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

async function act(action) {
  const answer = await fetch('act', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  })
  const error = byId('error')
  error.hidden = answer.ok
  if (!answer.ok) error.textContent = `Not done: ${(await answer.json()).message ?? answer.status}`
}

/** `hint`: what it does, where its name alone does not say. */
const button = (label, action, { on = false, harm = false, disabled = false, hint = '' } = {}) =>
  element('button', {
    textContent: label,
    title: hint,
    disabled,
    className: on ? 'on' : harm ? 'harm' : '',
    onclick: () => act(action),
  })

/** Cards without a holder. */
const NOBODYS = ['unknown', 'mute']

/** The card chosen for each person, kept over redraws. */
const chosen = new Map()

function person({ id, name, surname, born, about, can, kinds }, state) {
  const select = element(
    'select',
    { ariaLabel: `Which card of ${name} ${surname}`, onchange: () => chosen.set(id, select.value) },
    ...kinds.map((kind) => element('option', { textContent: kind, selected: chosen.get(id) === kind })),
  )
  const insert = element('button', {
    textContent: 'Insert',
    disabled: kinds.length === 0,
    onclick: () => act({ do: 'insert', who: id, kind: select.value }),
  })
  return element(
    'li',
    { className: state.card?.who === id ? 'in' : '' },
    element(
      'div',
      {},
      element('strong', { textContent: `${name} ${surname}` }),
      element('br'),
      element('small', { textContent: `${born}, PIN ${state.pin}, CAN ${can}` }),
      ...(about ? [element('br'), element('small', { className: 'about', textContent: about })] : []),
    ),
    select,
    insert,
  )
}

function sheet({ index, kind, taken }) {
  const source = `sheet/${index}`
  const open = element(
    'button',
    {
      onclick: () => {
        byId('enlarged').firstElementChild.src = source
        byId('enlarged').showModal()
      },
    },
    element('img', { src: source, alt: `Sheet ${index + 1}` }),
  )
  const said = kind === 'void' ? 'void' : taken ? 'taken' : 'in the slot'
  const caption = element('figcaption', { textContent: `${index + 1}, ${said}` })
  return element('figure', { className: taken ? 'taken' : '' }, open, caption)
}

function draw(state) {
  const { line, gateway, printer, sheets, card, takenCard, reader, totem } = state
  const light = (name, kind) => element('span', { className: kind, textContent: name })
  const printerGood = printer.paper === 'ok' && !printer.cover && printer.error === 'none'
  byId('lights').replaceChildren(
    light('totem', totem ? 'good' : 'bad'),
    light('reader', reader ? 'good' : 'bad'),
    light('printer', printerGood ? 'good' : printer.paper === 'low' ? 'odd' : 'bad'),
    light('line', line.state === 'up' ? 'good' : line.state === 'down' ? 'bad' : 'odd'),
    light('gateway', gateway.running ? 'good' : 'bad'),
  )

  const named = ({ who, kind }) => {
    const holder = [...state.people, ...found].find(({ id }) => id === who)
    if (NOBODYS.includes(who)) return `${who} card`
    return `${holder ? `${holder.name} ${holder.surname}` : who}, ${kind.toUpperCase()}`
  }
  const away = card?.kind === 'cie' ? 'Lift the card' : 'Pull the card'
  byId('slot').replaceChildren(
    card ? `In the reader: ${named(card)}` : takenCard ? `Taken: ${named(takenCard)}` : 'The reader is empty',
    ...(card ? [button(away, { do: 'remove' }, { on: true })] : []),
    ...(takenCard ? [button('Put it back', { do: 'put-back' }, { on: true })] : []),
  )
  // Redrawing would close an open list.
  for (const [list, people] of [
    ['people', state.people],
    ['found', found],
  ]) {
    if (!byId(list).contains(document.activeElement) || document.activeElement.tagName !== 'SELECT')
      byId(list).replaceChildren(...people.map((one) => person(one, state)))
  }
  byId('others').textContent = `Among ${state.others} others`
  byId('oddities').replaceChildren(
    button(
      'Unknown card',
      { do: 'insert', who: 'unknown', kind: 'CNS' },
      { hint: 'A card of a model that the totem does not know' },
    ),
    button(
      'Mute card',
      { do: 'insert', who: 'mute', kind: 'CNS' },
      { hint: 'A card without a chip, or put in the wrong way: it does not answer' },
    ),
  )

  const noNotice = { disabled: state.notice === null, hint: `The newest notice: ${state.notice ?? 'none yet'}` }
  byId('notice').replaceChildren(
    button('Pay now', { do: 'notice', to: 'pay' }, noNotice),
    button('Pay twice', { do: 'notice', to: 'pay-twice' }, noNotice),
    button('Expires', { do: 'notice', to: 'expire' }, noNotice),
  )

  byId('printer').replaceChildren(
    ...['ok', 'low', 'out'].map((to) =>
      button(
        { ok: 'Full roll', low: 'Nearly empty', out: 'Empty' }[to],
        { do: 'paper', to },
        { on: printer.paper === to },
      ),
    ),
    button(
      printer.cover ? 'Close the cover' : 'Open the cover',
      { do: 'cover', open: !printer.cover },
      { on: printer.cover },
    ),
    ...['jam', 'overheated'].map((to) =>
      button(
        { jam: 'Jam', overheated: 'Overheat' }[to],
        { do: 'error', to: printer.error === to ? 'none' : to },
        { on: printer.error === to },
      ),
    ),
    button('Take the paper', { do: 'take' }, { disabled: sheets.every(({ taken }) => taken) }),
  )
  if (byId('sheets').dataset.shown !== JSON.stringify(sheets)) {
    byId('sheets').dataset.shown = JSON.stringify(sheets)
    byId('sheets').replaceChildren(
      ...(sheets.length
        ? sheets.map(sheet).reverse()
        : [element('p', { className: 'quiet', textContent: 'Nothing has been printed yet.' })]),
    )
  }

  byId('line').replaceChildren(
    button('Up', { do: 'line', to: 'up' }, { on: line.state === 'up', hint: 'The gateway can be reached' }),
    button('Down', { do: 'line', to: 'down' }, { on: line.state === 'down', hint: 'New connections are refused' }),
    button(
      'Stalled',
      { do: 'line', to: 'stalled' },
      { on: line.state === 'stalled', hint: 'Nothing is refused and nothing comes through, as on a line that hangs' },
    ),
    button(
      'Cut the cable',
      { do: 'line', to: 'cut' },
      { harm: true, hint: 'Breaks every open connection now; the line is down then' },
    ),
    button(
      'Satellite (600 ms)',
      { do: 'latency', ms: line.latency ? 0 : 600 },
      { on: line.latency > 0, hint: 'Everything comes 600 ms late' },
    ),
  )
  byId('programs').replaceChildren(
    button(
      'Kill the device process',
      { do: 'kill', what: 'device' },
      { harm: true, disabled: !totem, hint: 'The process that talks with card and printer' },
    ),
    button(
      'Kill the renderer',
      { do: 'kill', what: 'renderer' },
      { harm: true, disabled: !totem, hint: 'The process that draws the screen' },
    ),
    reader
      ? button(
          'Kill the card service',
          { do: 'kill', what: 'reader' },
          { harm: true, hint: 'pcscd, through which every program reaches the reader' },
        )
      : button('Restart the card service', { do: 'restart', what: 'reader' }),
    gateway.running
      ? button('Kill the gateway', { do: 'kill', what: 'gateway' }, { harm: true })
      : button('Restart the gateway', { do: 'restart', what: 'gateway' }),
  )
  byId('operations').replaceChildren(
    ...(gateway.operations.length
      ? gateway.operations.map(({ operation, state: at }) =>
          element('li', {}, operation, element('strong', { textContent: at })),
        )
      : [
          element('li', {
            className: 'quiet',
            textContent: gateway.running ? 'No request yet.' : 'The gateway is not running.',
          }),
        ]),
  )
}

/** People whom the search has found, and the last state, to draw them with. */
let found = []
let last = null

byId('find').oninput = async ({ target }) => {
  const text = target.value.trim()
  const answer = text ? await (await fetch(`people?find=${encodeURIComponent(text)}`)).json() : []
  // A slow answer to an earlier text is none to this one.
  if (target.value.trim() !== text) return
  found = answer
  if (last) draw(last)
}
byId('forme').append(...(await (await fetch('forme')).json()).map((forma) => element('option', { value: forma })))
byId('enlarged').onclick = () => byId('enlarged').close()
new EventSource('state').onmessage = ({ data }) => {
  last = JSON.parse(data)
  draw(last)
}
