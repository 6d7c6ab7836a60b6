//! `dokimos verify --images`: many images, on all processors, in constant memory.

mod lines;
mod progress;
mod question;
mod summary;

use crate::{
    Answer,
    explain::{self, Verdict},
    failure::{Failure, complain},
    format::Format,
    input::Source,
    output::{Output, Paint},
};
use dokimos::{AdmissionContext, Attestations, Policy, ReasonCode, Request, UnixTime};
use lines::{Chunk, Line, Lines};
use progress::Progress;
use question::Question;
use std::{
    io::{self, Write},
    num::NonZero,
    sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    thread,
};
use summary::Summary;

/// How many images are judged together: enough for their signatures to be verified side by side, few enough that the
/// processors get equal shares.
pub(crate) const CHUNK: usize = 64;

/// All that a decision depends on but the image.
pub(crate) struct Judge<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) attestations: &'a Attestations,
    pub(crate) context: AdmissionContext<'a>,
    pub(crate) now: UnixTime,
    pub(crate) format: Format,
    pub(crate) paint: Paint,
}

impl<'a> Judge<'a> {
    pub(crate) fn request(&self, image: &'a str) -> Request<'a> {
        Request { image, attestations: self.attestations, context: self.context }
    }

    /// Answers the lines of a chunk, in their order.
    fn answer(&self, chunk: Chunk) -> Answers {
        let questions: Vec<Result<Question, Unreadable>> =
            chunk.lines.into_iter().map(|line| self.question(line)).collect();
        let annotations: Vec<_> = questions.iter().flatten().map(Question::annotations).collect();
        let requests: Vec<Request<'_>> = questions
            .iter()
            .flatten()
            .zip(&annotations)
            .map(|(question, annotations)| Request {
                image: &question.image,
                attestations: question.attestations(self),
                context: question.context(self, annotations.as_ref()),
            })
            .collect();
        let mut decisions = self.policy.evaluate_many(&requests, self.now).into_iter();
        let mut list = Vec::new();
        for question in &questions {
            match question {
                Err(unreadable) => list.push(Err(unreadable.clone())),
                Ok(_) => list.extend(decisions.next().map(|decision| {
                    let text = match self.format {
                        Format::Text => explain::line(&decision, self.paint),
                        Format::Json => decision.to_json(),
                    };
                    Ok(Decided { verdict: Verdict::of(&decision), code: decision.reason().code(), text })
                })),
            }
        }
        Answers { list, read: chunk.read }
    }

    fn question(&self, line: Line) -> Result<Question, Unreadable> {
        let number = line.number;
        let unreadable = |what| Unreadable { number, what };
        let text = line.text.map_err(unreadable)?;
        Question::parse(&text, number.unwrap_or_default(), self.policy.budget()).map_err(unreadable)
    }
}

/// The answers to a chunk.
struct Answers {
    list: Vec<Result<Decided, Unreadable>>,
    read: u64,
}

struct Decided {
    verdict: Verdict,
    code: ReasonCode,
    text: String,
}

/// A line that is no question, or the list from there on.
#[derive(Clone)]
struct Unreadable {
    number: Option<usize>,
    what: String,
}

/// Judges every image of a list.
pub(crate) fn verify(list: &Source, judge: &Judge<'_>, out: &mut Output) -> Result<Answer, Failure> {
    let (reader, length) = list.open()?;
    let lines = Lines::new(reader, judge.policy.budget().document_bytes);
    let mut clerk = Clerk { list, out, progress: Progress::new(length), summary: Summary::default() };
    work(lines, judge, |answers| clerk.take(answers))?;
    clerk.close(judge)
}

/// What the thread that reads sends to a worker, and a worker to the thread that writes. Two wait at most, so that a
/// slow reader of the answers slows everything down instead of filling the memory.
const WAITING: usize = 2;

/// One thread reads, others judge, this one writes. The workers are served in turn and asked in turn, so that the
/// answers come in the order of the lines and none has to be kept until its turn comes.
fn work(
    lines: Lines<impl io::Read + Send>,
    judge: &Judge<'_>,
    mut write: impl FnMut(Event) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (input, chunks) = sync_channel::<Chunk>(WAITING);
            let (answers, output) = sync_channel::<Answers>(WAITING);
            scope.spawn(move || serve(judge, &chunks, &answers));
            inputs.push(input);
            outputs.push(output);
        }
        scope.spawn(move || {
            // Sending fails when nobody writes any more: then there is nothing left to read for.
            let _ = lines.zip(inputs.iter().cycle()).try_for_each(|(chunk, input)| input.send(chunk));
        });
        for output in outputs.iter().cycle() {
            let answers = match output.try_recv() {
                Err(TryRecvError::Empty) => {
                    write(Event::Pause)?;
                    output.recv().ok()
                }
                answers => answers.ok(),
            };
            // The first worker that has no more to give was to get the chunk behind the last.
            let Some(answers) = answers else { break };
            write(Event::Answers(answers))?;
        }
        Ok(())
    })
}

fn serve(judge: &Judge<'_>, chunks: &Receiver<Chunk>, answers: &SyncSender<Answers>) {
    for chunk in chunks {
        if answers.send(judge.answer(chunk)).is_err() {
            return;
        }
    }
}

/// What happens to the one who writes.
enum Event {
    Answers(Answers),
    /// The next answers are not there yet.
    Pause,
}

/// Writes the answers down and counts them.
struct Clerk<'a> {
    list: &'a Source,
    out: &'a mut Output,
    progress: Progress,
    summary: Summary,
}

impl Clerk<'_> {
    fn take(&mut self, event: Event) -> Result<(), Failure> {
        let Event::Answers(answers) = event else { return self.out.flush() };
        for answer in answers.list {
            match answer {
                Ok(decided) => {
                    self.summary.add(decided.verdict, decided.code);
                    self.out.line(decided.text)?;
                }
                Err(Unreadable { number, what }) => {
                    self.summary.add_unreadable();
                    self.progress.hide();
                    let place = number.map_or(String::new(), |number| format!(": line {number}"));
                    complain(&format!("{}{place}", self.list), &what);
                }
            }
        }
        self.progress.show(answers.read, &self.summary);
        Ok(())
    }

    /// The summary, and the answer to all.
    fn close(mut self, judge: &Judge<'_>) -> Result<Answer, Failure> {
        self.progress.hide();
        let (unreadable, images) = (self.summary.unreadable(), self.summary.images());
        if images > 0 {
            self.write_summary(judge)?;
        }
        match (unreadable, images) {
            // To call an empty list allowed would hide that whatever made it has failed.
            (0, 0) => Err(Failure::input(self.list, "holds no image")),
            (0, _) if self.summary.denied() > 0 => Ok(Answer::No),
            (0, _) => Ok(Answer::Yes),
            (1, _) => Err(Failure::input(self.list, "1 line cannot be read")),
            (unreadable, _) => Err(Failure::input(self.list, format_args!("{unreadable} lines cannot be read"))),
        }
    }

    fn write_summary(&mut self, judge: &Judge<'_>) -> Result<(), Failure> {
        let table = self.summary.table(judge.paint);
        match judge.format {
            Format::Text => self.out.line(format_args!("\n{table}")),
            Format::Json => {
                // The reports first, where both go to one terminal. As in `complain`, a closed pipe changes nothing.
                self.out.flush()?;
                let _ = writeln!(io::stderr(), "{}", self.summary.table(Paint::PLAIN));
                Ok(())
            }
        }
    }
}
