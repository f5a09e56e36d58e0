package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class CpuNeonContractTest extends EveryContract {
    CpuNeonContractTest() {
        super(Target.CPU_NEON);
    }
}
