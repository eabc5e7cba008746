/**
 * Keeps the page's sections as the server has them: by server-sent events; where there are none, or none arrive, by
 * asking again and again. Runs in the browser.
 */
export const liveScript = `
const { live, interval } = document.body.dataset
let state = document.body.dataset.state
const indicator = document.getElementById('connection')
const say = (mode, text) => {
  indicator.dataset.mode = mode
  indicator.lastElementChild.textContent = text
}

const keyed = (place, key) => [...place.querySelectorAll('[data-key]')].find((element) => element.dataset.key === key)

const replace = (place, content) => {
  const focused = place.contains(document.activeElement) && document.activeElement !== place ? document.activeElement : null
  const open = [...place.querySelectorAll('details[open]')].map((details) => details.dataset.key)
  place.innerHTML = content
  for (const key of open) keyed(place, key)?.setAttribute('open', '')
  if (focused === null) return
  const successor = keyed(place, focused.dataset.key)
  if (successor === undefined) place.tabIndex = -1
  ;(successor ?? place).focus({ preventScroll: true })
}

const apply = ({ state: newer, sections }) => {
  for (const [name, content] of Object.entries(sections)) {
    const place = document.querySelector('[data-live="' + name + '"]')
    if (place !== null) replace(place, content)
  }
  state = newer
  document.dispatchEvent(new Event('replaced'))
}

const address = (kind) => live + kind + '?state=' + encodeURIComponent(state)

// Without a first event within this time, something on the way holds events back.
const patience = 5000
const longestPause = 30000
let streams = 'EventSource' in window
let source = null
let timer = 0
let pause = Number(interval)

const poll = async () => {
  try {
    const response = await fetch(address('live'), { headers: { Accept: 'application/json' } })
    if (!response.ok) throw new Error(response.statusText)
    apply(await response.json())
    pause = Number(interval)
    say('polling', 'Checked every ' + Math.max(1, Math.round(pause / 1000)) + ' s')
  } catch {
    pause = Math.min(2 * pause, longestPause)
    say('lost', 'No connection')
  }
  if (!document.hidden) timer = setTimeout(poll, pause)
}

const giveUpStreams = () => {
  streams = false
  disconnect()
  connect()
}

const listen = () => {
  source = new EventSource(address('events'))
  timer = setTimeout(giveUpStreams, patience)
  source.addEventListener('state', (event) => {
    clearTimeout(timer)
    say('live', 'Live')
    apply(JSON.parse(event.data))
  })
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) giveUpStreams()
    else say('lost', 'Connecting again')
  })
}

const connect = () => { streams ? listen() : poll() }
const disconnect = () => {
  clearTimeout(timer)
  source?.close()
  source = null
}

// A browser keeps few connections to one server: pages that nobody sees let go of theirs.
document.addEventListener('visibilitychange', () => {
  disconnect()
  if (!document.hidden) connect()
})
if (!document.hidden) connect()
`
