/** Opacity of the labels; showing the images of one part, with that part alone in its colour. Runs in the browser. */
export const galleryScript = `
const overlay = document.getElementById('overlay')
const output = overlay.nextElementSibling
const status = document.getElementById('gallery-status')
const items = [...document.querySelectorAll('#gallery-tiles > li')]
const chips = [...document.querySelectorAll('.chip')]
let chosen = null

const applyOverlay = () => {
  document.documentElement.style.setProperty('--overlay', overlay.value / 100)
  output.textContent = overlay.value + ' %'
}
overlay.addEventListener('input', applyOverlay)
applyOverlay()

// The background is transparent in a label map, so it is found by its alpha and the others by their colour.
const highlight = async (item, chip) => {
  const labels = item.querySelector('.labels')
  labels.loading = 'eager'
  await labels.decode()
  if (chosen !== chip) return
  const canvas = document.createElement('canvas')
  canvas.width = labels.naturalWidth
  canvas.height = labels.naturalHeight
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.drawImage(labels, 0, 0)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  const color = parseInt(chip.dataset.color.slice(1), 16)
  const background = chip.dataset.part === '0'
  for (let at = 0; at < pixels.data.length; at += 4) {
    const [red, green, blue, alpha] = pixels.data.subarray(at, at + 4)
    const hit = alpha === 0 ? background : !background && (red << 16 | green << 8 | blue) === color
    if (hit) pixels.data.set([color >> 16, color >> 8 & 255, color & 255, 255], at)
    else pixels.data.set([12, 13, 16, 165], at)
  }
  context.putImageData(pixels, 0, 0)
  item.querySelector('canvas')?.remove()
  item.querySelector('.stack').append(canvas)
}

const choose = (chip) => {
  chosen = chip
  let shown = 0
  for (const other of chips) other.setAttribute('aria-pressed', other === chip)
  for (const item of items) {
    const has = chip === null || item.dataset.parts.split(' ').includes(chip.dataset.part)
    item.hidden = !has
    if (has) shown++
    if (chip === null) item.querySelector('canvas')?.remove()
    else if (has) highlight(item, chip)
  }
  status.textContent = chip === null
    ? 'All images. Choose a part to see where it is.'
    : shown + ' of ' + items.length + ' images show ' + chip.textContent + '. Choose it again to see all.'
}

for (const chip of chips) chip.addEventListener('click', () => choose(chip === chosen ? null : chip))
for (const link of document.querySelectorAll('a[data-part]')) {
  link.addEventListener('click', () => choose(chips.find((chip) => chip.dataset.part === link.dataset.part)))
}
`
