/** Labels over images: of one that is pressed, or of all. Runs in the browser. */
export const imagesScript = `
let all = false
const pressed = new Set()
const show = () => {
  document.body.classList.toggle('labels-shown', all)
  document.getElementById('all-labels')?.setAttribute('aria-pressed', all)
  for (const shot of document.querySelectorAll('.shot')) shot.setAttribute('aria-pressed', pressed.has(shot.dataset.key))
}
document.addEventListener('click', (event) => {
  const button = event.target.closest('.shot, #all-labels')
  if (button === null) return
  const key = button.dataset.key
  if (button.id === 'all-labels') all = !all
  else if (!pressed.delete(key)) pressed.add(key)
  show()
})
document.addEventListener('replaced', show)
`
