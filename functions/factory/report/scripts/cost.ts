/** Works the cost out again when an assumption changes. Runs in the browser. */
export const costScript = `
const form = document.getElementById('cost-form')
const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: form.dataset.currency, maximumFractionDigits: 0 })
const hours = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const time = (minutes) => {
  const whole = Math.round(minutes)
  const [h, m] = [Math.floor(whole / 60), whole % 60]
  return [h > 0 && hours.format(h) + ' h', (m > 0 || h === 0) && m + ' min'].filter(Boolean).join(' ')
}
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('input', () => {
  if (!form.checkValidity() || form.minutes.value === '' || form.rate.value === '') return
  for (const place of document.querySelectorAll('[data-cost]')) {
    const minutes = place.dataset.images * form.minutes.value
    place.textContent = place.dataset.cost === 'time' ? time(minutes) : money.format(minutes / 60 * form.rate.value)
  }
})
`
