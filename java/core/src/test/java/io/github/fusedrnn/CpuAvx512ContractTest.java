package io.github.fusedrnn;

import io.github.fusedrnn.testing.Target;

class CpuAvx512ContractTest extends EveryContract {
    CpuAvx512ContractTest() {
        super(Target.CPU_AVX512);
    }
}
