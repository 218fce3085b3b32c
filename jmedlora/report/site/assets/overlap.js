// What a training text holds of the exams.

function drawOverlap(root, index) {
  const { exams, files, notFound } = index.overlap;
  const examRows = exams.map((each) => tableRow(each.exam, `${each.found.toLocaleString("en")} of ${each.questions.toLocaleString("en")}`, element("div", { class: "score" }, percent(each.share), filledBar(each.share)), String(each.tooShort)));
  const fileRows = files.map((each) => tableRow(each.path, `${each.with_a_question.toLocaleString("en")} of ${each.records.toLocaleString("en")}`));
  root.append(
    element("p", { class: "key" }, "These questions of an exam were found in a training text. A model that was trained on it may have seen them. The view Questions can show these questions alone."),
    framedTable("Questions found", ["Exam", "Found", "Share", "Too short to look for"], examRows),
    framedTable("Training files", ["File", "Records with a question"], fileRows),
    folded("What the search does not find", notFound) ?? "",
  );
}

VIEWS.push({ id: "overlap", title: "Overlap", has: (index) => index.overlap, draw: drawOverlap });
