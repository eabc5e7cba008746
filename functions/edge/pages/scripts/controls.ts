/** Buttons that ask for something, and say what came of it. Runs in the browser. */
export const controlsScript = `
const status = document.getElementById('request-status')
const refusal = async (response) => {
  try {
    const { error } = await response.json()
    return typeof error === 'string' ? error : response.statusText
  } catch {
    return response.status + ' ' + response.statusText
  }
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-request]')
  if (button === null) return
  if (button.getAttribute('aria-disabled') === 'true') {
    status.textContent = button.dataset.why
    return
  }
  const { request, method, body, taken } = button.dataset
  button.setAttribute('aria-disabled', 'true')
  button.dataset.why = status.textContent = 'Asking …'
  try {
    const response = await fetch(request, { method, body, headers: { 'Content-Type': 'application/json', Accept: 'application/json' } })
    status.textContent = response.ok ? taken : 'That was refused: ' + (await refusal(response))
  } catch {
    status.textContent = 'The server does not answer: try again in a moment.'
  }
  button.removeAttribute('aria-disabled')
})
`
