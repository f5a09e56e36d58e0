package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class CpuOpenBlasContractTest extends EveryContract {
    CpuOpenBlasContractTest() {
        super(Target.CPU_OPENBLAS);
    }
}
