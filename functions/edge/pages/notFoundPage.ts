import { html } from 'hono/html'
import { page } from './document.ts'

/** There is no such project. @param name as it was asked for */
export const notFoundPage = (name: string, base: string) =>
  page({
    title: 'No such project · Sixteen',
    base,
    bar: false,
    main: html`<div class="wrap"><div class="head"><div><p class="eyebrow">404</p><h1>No such project</h1>
<p class="lead">There is no project “${name.slice(0, 80)}”. It may have been removed, or its name is spelled differently.</p>
<ul class="links"><li><a href="./"><b>All projects</b><span>that this server holds</span></a></li></ul></div></div></div>`,
  })
