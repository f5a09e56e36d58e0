package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class CpuAvx2ContractTest extends EveryContract {
    CpuAvx2ContractTest() {
        super(Target.CPU_AVX2);
    }
}
