package io.github.fusedrnn;

import io.github.fusedrnn.testing.ErrorTable;
import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** All contracts for one target; the classes beside this one name the targets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EveryContract {
    private final Target target;
    private final ErrorTable golden;
    private final ErrorTable oracle;

    EveryContract(Target target) {
        this.target = target;
        this.golden = new ErrorTable(target
                + " against PyTorch and ONNX Runtime, float32: worst error relative to the tensor's largest value");
        this.oracle = new ErrorTable(target
                + " against the float64 reference: worst error relative to the tensor's largest value (where a tensor hangs on fewer than 16"
                + " numbers, which may cancel: the largest of the call)");
    }

    @AfterAll
    void printTables() {
        for (ErrorTable table : new ErrorTable[] {golden, oracle}) {
            if (table.worst() >= 0) {
                System.out.println(table);
            }
        }
    }

    @Nested
    class Conformance extends ConformanceContract {
        Conformance() {
            super(EveryContract.this.target, EveryContract.this.golden);
        }
    }

    @Nested
    class Oracle extends OracleContract {
        Oracle() {
            super(EveryContract.this.target, EveryContract.this.oracle);
        }
    }

    @Nested
    class Sequences extends SequenceContract {
        Sequences() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class Dropout extends DropoutContract {
        Dropout() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class Cells extends CellContract {
        Cells() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class BadCalls extends BadCallContract {
        BadCalls() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class Tapes extends TapeContract {
        Tapes() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class Memory extends MemoryContract {
        Memory() {
            super(EveryContract.this.target);
        }
    }

    @Nested
    class Threads extends ThreadContract {
        Threads() {
            super(EveryContract.this.target);
        }
    }
}
