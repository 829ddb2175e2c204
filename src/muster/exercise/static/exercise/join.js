/* The page of a virtual member asks every two seconds whether it would look different now, and loads itself anew if so.

   Not while somebody has begun to answer: his choice would be lost. Without script the page refreshes itself (waiting) or is
   loaded again by its reader. */

const own = document.currentScript.dataset;
const EVERY = 2000;

const isAnswering = () => document.querySelector("form :checked") !== null;

async function ask() {
  try {
    const answer = await fetch(own.state, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.ok && (await answer.json()).stamp !== own.stamp && !isAnswering()) window.location.reload();
  } catch (problem) {
    console.warn("join", problem.message); // the next question finds out
  }
  window.setTimeout(ask, EVERY + Math.random() * 500);
}

window.setTimeout(ask, EVERY);
