// Doing something again when there is reason to: soon after, seldom, and not in the reader's way.

const SOON_MS = 400;
const GAP_MS = 3000;
const FAILED_MS = 30000;

/** Wishes that come together are fulfilled at once; one that may not be fulfilled yet is kept until `look`. */
export class Wishes {
  /** @param {() => Promise<boolean>} act whether it is done; @param {() => boolean} may whether nothing is in its way */
  constructor(act, may) {
    this.act = act;
    this.may = may;
    this.open = false;
    this.busy = false;
    this.timer = 0;
    this.done = -GAP_MS;
    this.next = 0;
  }

  wish() {
    this.open = true;
    this.look();
  }

  wishNow() {
    this.open = true;
    this.soon(0);
  }

  /** What made it fail may be over. */
  wishAgain() {
    this.next = Math.min(this.next, this.done + GAP_MS);
    this.open = true;
    this.soon(SOON_MS);
  }

  /** What was in its way may be gone. */
  look() {
    if (!this.timer) this.soon(SOON_MS);
  }

  soon(afterMs) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.open || this.busy) return;
    this.timer = setTimeout(() => this.fulfil(), Math.max(afterMs, this.next - performance.now()));
  }

  async fulfil() {
    this.timer = 0;
    if (!this.open || !this.may()) return;
    this.open = false;
    this.busy = true;
    this.done = performance.now();
    this.next = this.done + GAP_MS;
    try {
      if (!(await this.act())) this.open = true;
    } catch {
      this.open = true;
      this.next = this.done + FAILED_MS;
    }
    this.busy = false;
    this.look();
  }
}
