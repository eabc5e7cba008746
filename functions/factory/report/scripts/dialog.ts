/** Opens a sample large, walks to its neighbours, copies its command. Runs in the browser. */
export const dialogScript = `
const dialog = document.getElementById('sample')
const at = (id) => document.getElementById('sample-' + id)
let current = null

const panel = (name, ...sources) => {
  const figure = dialog.querySelector('[data-panel=' + name + ']')
  figure.hidden = sources.some((source) => !source)
  figure.firstElementChild.replaceChildren(...sources.filter(Boolean).map((source) => {
    const image = new Image()
    image.src = source.src
    image.alt = source === sources[0] ? figure.textContent.trim() + ' of seed ' + current.dataset.seed : ''
    if (!source.classList.contains('image')) image.className = source.classList.contains('heat') ? 'heat' : 'labels'
    return image
  }))
}

const show = (tile) => {
  current = tile
  const [image, labels, heat] = ['image', 'labels', 'heat'].map((name) => tile.querySelector('.' + name))
  panel('image', image)
  panel('labels', labels)
  panel('overlay', image, labels)
  panel('uncertainty', heat)
  at('title').textContent = 'Seed ' + tile.dataset.seed
  at('about').textContent = tile.dataset.fate + ' · uncertainty ' + tile.dataset.score + ' nats'
  at('command').textContent = tile.dataset.command
  at('copy').textContent = 'Copy'
  at('parts').replaceChildren(...tile.closest('li').dataset.parts.split(' ').filter(Boolean).map((part) => {
    const item = document.createElement('li')
    item.append(...[...document.querySelector('.chip[data-part="' + part + '"]').childNodes].map((node) => node.cloneNode(true)))
    return item
  }))
}

const step = (by) => {
  const tiles = [...current.closest('ul').querySelectorAll('li:not([hidden]) > .tile')]
  show(tiles[(tiles.indexOf(current) + by + tiles.length) % tiles.length])
}

for (const tile of document.querySelectorAll('.tile')) {
  tile.addEventListener('click', () => { show(tile); dialog.showModal() })
}
at('previous').addEventListener('click', () => step(-1))
at('next').addEventListener('click', () => step(1))
at('close').addEventListener('click', () => dialog.close())
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close() })
dialog.addEventListener('close', () => current.focus())
dialog.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowLeft') step(-1)
  if (event.key === 'ArrowRight') step(1)
})
at('copy').addEventListener('click', async () => {
  // A page opened from a file may have no clipboard: then the command is selected, ready to be copied by hand.
  try {
    await navigator.clipboard.writeText(at('command').textContent)
    at('copy').textContent = 'Copied'
  } catch {
    getSelection().selectAllChildren(at('command'))
    at('copy').textContent = 'Selected'
  }
})
`
