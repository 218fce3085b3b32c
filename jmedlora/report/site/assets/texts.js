// The texts of a set, in parts of some questions each, so that the first question need not wait for all.

class Texts {
  /** set: its index. place: of the set. size: questions of a part. arrived: called after each part. */
  constructor(set, place, size, arrived) {
    Object.assign(this, { set, place, size, arrived });
    this.parts = []; // those that are unpacked, by number
    this.waiting = []; // a promise of each that was asked for
    this.haystack = set.ids.map((id) => plain(id)); // what a search looks through, question by question
    this.snippets = set.ids.map(() => "");
  }

  get count() {
    return Math.ceil(this.set.ids.length / this.size);
  }

  get isWhole() {
    return this.parts.filter(Boolean).length === this.count;
  }

  /** The texts of one question; undefined where its part is not unpacked yet. */
  of(question) {
    const part = this.parts[Math.floor(question / this.size)];
    const at = question % this.size;
    const ofModels = (lists) => lists.map((each) => each[at]);
    return part && { question: part.questions[at], choices: part.choices[at], answers: ofModels(part.answers), scoreNames: part.scoreNames, scores: ofModels(part.scores) };
  }

  /** Unpacks the part of a question, once. */
  load(question) {
    const number = Math.floor(question / this.size);
    this.waiting[number] ??= unpacked(`texts-${this.place}-${number}`).then((part) => this.keep(number, part));
    return this.waiting[number];
  }

  keep(number, part) {
    this.parts[number] = part;
    part.questions.forEach((text, at) => {
      const place = number * this.size + at;
      this.snippets[place] = text.slice(0, 80);
      this.haystack[place] = plain([this.set.ids[place], text, ...part.choices[at], ...part.answers.map((each) => each[at][0])].join("\n"));
    });
    this.arrived();
  }

  /** Unpacks all parts one after another; between two of them the page can answer its reader. */
  async loadAll() {
    if (this.isAsked) return;
    this.isAsked = true;
    for (let number = 0; number < this.count; number += 1) {
      await this.load(number * this.size);
      await new Promise((done) => setTimeout(done));
    }
  }
}
