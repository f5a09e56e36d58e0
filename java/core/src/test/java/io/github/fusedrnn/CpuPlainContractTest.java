package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class CpuPlainContractTest extends EveryContract {
    CpuPlainContractTest() {
        super(Target.CPU_PLAIN);
    }
}
