//! Finds the branches by which code leaves a loop, or goes where it traps: they are rarely taken.
//!
//! What the compiler is told of so, it puts behind all other code of the function. Otherwise that stands in the midst of the
//! loop, with the moves that registers need on the way out, and each turn goes around it: a loop that ends where something
//! is not as usual has such a place at each step. (Ball and Larus, "Branch prediction for free", PLDI 1993, has this of
//! loops.)

use wasmparser::{BinaryReaderError, BrTable, FunctionBody, Operator};

/// No function that makes sense has more loops in each other.
const MOST_LOOPS: usize = 64;

/// A branch of which one way is taken far more often than the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Branch {
    /// Where it stands, counted as the function is.
    pub(super) at: usize,
    pub(super) is_taken: bool,
}

/// Where code gets to from a place, at best: it traps; to the end of the function; or, as many more as there are loops in each
/// other, to the beginning of the innermost one that it gets to again.
type Goal = usize;
const TRAP: Goal = 0;
const END: Goal = 1;

/// The branches of a function of which one way gets further in than the other, in the order in which they stand.
///
/// # Errors
///
/// When the function cannot be read.
pub(super) fn find(function: &FunctionBody<'_>) -> Result<Vec<Branch>, BinaryReaderError> {
    let mut found = Vec::new();
    let mut ways = Ways::default();
    // From the end, as where a step gets to is known by what comes after it.
    for step in steps(function)?.into_iter().rev() {
        match step {
            Step::End(kind) => ways.end(kind),
            Step::Else => ways.otherwise(),
            Step::Begin => ways.begin(),
            Step::Jump(depth) => ways.ahead = ways.jump(depth),
            Step::JumpIf(depth, at) => {
                let (taken, ahead) = (ways.jump(depth), ways.ahead);
                if taken != ahead {
                    found.push(Branch { at, is_taken: taken > ahead });
                }
                ways.ahead = taken.max(ahead);
            }
            Step::JumpTable(table) => {
                let mut best = ways.jump(table.default());
                for depth in table.targets() {
                    best = best.max(ways.jump(depth?));
                }
                ways.ahead = best;
            }
            Step::Leave(goal) => ways.leave(goal),
        }
    }
    found.reverse();
    Ok(found)
}

/// The steps of a function that do not only go to the next one.
enum Step<'a> {
    Begin,
    Else,
    /// With what it is the end of.
    End(Kind),
    Jump(u32),
    /// With where it stands.
    JumpIf(u32, usize),
    JumpTable(BrTable<'a>),
    Leave(Goal),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block,
    If,
    Loop,
}

fn steps<'a>(function: &FunctionBody<'a>) -> Result<Vec<Step<'a>>, BinaryReaderError> {
    let mut steps = Vec::new();
    let mut begun = vec![Kind::Block];
    let mut loops = 0;
    let mut operators = function.get_operators_reader()?;
    while !operators.eof() {
        let at = operators.original_position();
        let step = match operators.read()? {
            Operator::Block { .. } | Operator::TryTable { .. } => {
                begun.push(Kind::Block);
                Step::Begin
            }
            Operator::If { .. } => {
                begun.push(Kind::If);
                Step::Begin
            }
            Operator::Loop { .. } => {
                begun.push(Kind::Loop);
                loops += 1;
                if loops > MOST_LOOPS {
                    return Ok(Vec::new());
                }
                Step::Begin
            }
            Operator::Else => Step::Else,
            Operator::End => {
                let kind = begun.pop().unwrap_or(Kind::Block);
                loops -= usize::from(kind == Kind::Loop);
                Step::End(kind)
            }
            Operator::Br { relative_depth } => Step::Jump(relative_depth),
            Operator::BrIf { relative_depth } => Step::JumpIf(relative_depth, at),
            Operator::BrTable { targets } => Step::JumpTable(targets),
            Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef => Step::Leave(TRAP),
            Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => Step::Leave(END),
            _ => continue,
        };
        steps.push(step);
    }
    Ok(steps)
}

/// Where a function gets to, from one of its steps on.
struct Ways {
    /// From the step that was looked at last.
    ahead: Goal,
    /// What the step is in.
    frames: Vec<Frame>,
    /// The best of the ways out of each loop that it is in.
    exits: Vec<Goal>,
}

/// What is begun, seen from its end.
struct Frame {
    kind: Kind,
    /// How many loops are around its parts.
    loops: usize,
    /// Where code gets to from behind its end, and where its condition is not true.
    end: Goal,
    otherwise: Goal,
}

impl Default for Ways {
    fn default() -> Self {
        Self { ahead: END, frames: Vec::new(), exits: Vec::new() }
    }
}

impl Ways {
    fn end(&mut self, kind: Kind) {
        if kind == Kind::Loop {
            self.exits.push(self.ahead);
        }
        let (loops, ahead) = (self.exits.len(), self.ahead);
        self.frames.push(Frame { kind, loops, end: ahead, otherwise: ahead });
    }

    fn otherwise(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.otherwise = std::mem::replace(&mut self.ahead, frame.end);
        }
    }

    fn begin(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        match frame.kind {
            Kind::Block => {}
            Kind::If => self.ahead = self.ahead.max(frame.otherwise),
            Kind::Loop => self.ahead = self.exits.pop().unwrap_or(TRAP),
        }
    }

    /// Where a jump gets to.
    fn jump(&mut self, depth: u32) -> Goal {
        let Some(target) = self.frames.iter().rev().nth(depth as usize) else { return END };
        let goal = if target.kind == Kind::Loop { END + target.loops } else { target.end };
        let around = target.loops;
        self.exit(around, goal);
        goal
    }

    /// Behind what comes here nothing follows.
    fn leave(&mut self, goal: Goal) {
        self.exit(0, goal);
        self.ahead = goal;
    }

    /// Notes a way out of all loops but the outermost `around`.
    fn exit(&mut self, around: usize, goal: Goal) {
        for exit in self.exits.iter_mut().skip(around) {
            *exit = (*exit).max(goal);
        }
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload};

    use super::*;

    /// Which ways are taken of the branches of a function, `?` where neither is rarer.
    fn taken(code: &str) -> String {
        let module = wat::parse_str(format!("(module (func (param i32) {code}))")).unwrap();
        let body = Parser::new(0).parse_all(&module).find_map(|payload| match payload.unwrap() {
            Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        let body = body.unwrap();
        let found = find(&body).unwrap();
        let mut operators = body.get_operators_reader().unwrap();
        let mut ways = String::new();
        while !operators.eof() {
            let at = operators.original_position();
            if matches!(operators.read().unwrap(), Operator::BrIf { .. }) {
                let branch = found.iter().find(|branch| branch.at == at);
                ways.push(branch.map_or('?', |branch| if branch.is_taken { 'y' } else { 'n' }));
            }
        }
        ways
    }

    #[test]
    fn a_branch_out_of_a_loop_is_rare_and_one_that_stays_is_not() {
        assert_eq!(taken("(block (loop (br_if 1 (local.get 0)) (br 0)))"), "n");
        assert_eq!(taken("(loop (br_if 0 (local.get 0)))"), "y");
        assert_eq!(taken("(block (loop (block (br_if 0 (local.get 0)) (nop)) (br 0)))"), "?");
        assert_eq!(taken("(block (loop (block (br_if 0 (local.get 0)) (br 2)) (br 0)))"), "y");
        assert_eq!(taken("(block (br_if 0 (local.get 0)) (nop))"), "?");
    }

    #[test]
    fn what_only_stands_in_a_loop_does_not_belong_to_it() {
        // The way out is behind a block in the loop.
        assert_eq!(
            taken("(block (loop (block (br_if 0 (local.get 0)) (br_if 0 (local.get 0)) (br 1)) (br 1)))"),
            "nn"
        );
        // The inner loop is on the way out of the outer one.
        assert_eq!(
            taken("(loop (block (br_if 0 (local.get 0)) (br 1)) (loop (br_if 0 (local.get 0))))"),
            "ny"
        );
    }

    #[test]
    fn an_inner_loop_is_left_more_rarely_than_it_goes_on() {
        assert_eq!(taken("(loop (loop (br_if 1 (local.get 0)) (br_if 0 (local.get 0))) (br 0))"), "ny");
        assert_eq!(taken("(loop (loop (br_if 0 (local.get 0))) (br_if 0 (local.get 0)))"), "yy");
        // Whoever has left it may get to the beginning of the outer one, or not.
        assert_eq!(
            taken(
                "(block (loop (block (loop (br_if 1 (local.get 0)) (br 0))) (br_if 1 (local.get 0)) (br 0)))"
            ),
            "nn"
        );
    }

    #[test]
    fn what_traps_is_rare_everywhere() {
        assert_eq!(taken("(block (br_if 0 (local.get 0)) unreachable)"), "y");
        assert_eq!(taken("(block (br_if 0 (local.get 0)) return) unreachable"), "n");
        assert_eq!(taken("(loop (block (br_if 0 (local.get 0)) return) (br 0))"), "y");
    }

    #[test]
    fn conditions_and_tables_are_ways_too() {
        let table = "(br_table 0 1 2 (local.get 0))";
        assert_eq!(
            taken(&format!(
                "(block (loop (block (br_if 0 (local.get 0)) {table}) (br_if 1 (local.get 0)) (br 0)))"
            )),
            "?n"
        );
        let condition = "(if (local.get 0) (then (br 2)) (else (br 1)))";
        assert_eq!(taken(&format!("(block (loop (br_if 0 (local.get 0)) {condition}))")), "?");
        let condition = "(if (local.get 0) (then (br 2)))";
        assert_eq!(taken(&format!("(block (loop (br_if 0 (local.get 0)) {condition}))")), "y");
    }

    #[test]
    fn of_too_many_loops_nothing_is_said() {
        let nested =
            |count: usize| format!("{}(br_if 0 (local.get 0)){}", "(loop ".repeat(count), ")".repeat(count));
        assert_eq!(taken(&nested(MOST_LOOPS)), "y");
        assert_eq!(taken(&nested(MOST_LOOPS + 1)), "?");
    }
}
