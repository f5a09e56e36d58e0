package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.internal.natives.NativeStatus;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.internal.natives.OpenBlas;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentDesc;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TensorStorage;
import io.github.fusedrnn.weights.WeightLayout;

/** Layers of one description on one instruction set. */
final class CpuEngine implements RecurrentEngine {
    private final RecurrentDesc desc;
    private final Isa isa;
    private final Products products;
    private final long[] offsets;

    CpuEngine(RecurrentDesc desc, Isa isa, Products products) {
        this.desc = desc;
        this.isa = isa;
        this.products = products;
        this.offsets = WeightLayout.of(desc).offsets();
    }

    @Override
    public PackedWeights pack(TensorStorage canonical, boolean training) {
        int forTraining = training ? 1 : 0;
        String label = "packed weights";
        try (NativeDesc given = new NativeDesc(desc)) {
            long bytes = known(
                    label, NativeApi.fr_pack_bytes(given.struct(), isa.ordinal(), products.ordinal(), forTraining));
            MemoryLimit.check(bytes, label);
            fr_packed packed = NativeApi.fr_pack(
                    given.struct(), isa.ordinal(), products.ordinal(), forTraining, canonical.address(), offsets);
            if (packed == null) {
                throw NativeStatus.lastFailure("fr_pack");
            }
            return new CpuPackedWeights(packed, bytes, training);
        }
    }

    @Override
    public Plan plan(int maxT, int maxN, int threads, boolean training) {
        if (training || products == Products.OPENBLAS) {
            OpenBlas.open();
        }
        int forTraining = training ? 1 : 0;
        String label = "plan for T = " + maxT + ", N = " + maxN;
        try (NativeDesc given = new NativeDesc(desc)) {
            fr_desc struct = given.struct();
            long bytes = known(
                    label,
                    NativeApi.fr_plan_bytes(
                            struct, isa.ordinal(), products.ordinal(), maxT, maxN, threads, forTraining));
            MemoryLimit.check(bytes + CallMemory.bytes(maxN), label);
            CallMemory memory = new CallMemory(maxN);
            fr_plan plan = NativeApi.fr_plan_create(
                    struct, isa.ordinal(), products.ordinal(), maxT, maxN, threads, forTraining);
            if (plan == null) {
                memory.free();
                throw NativeStatus.lastFailure("fr_plan_create");
            }
            return new CpuPlan(plan, maxT, maxN, threads, training, bytes + CallMemory.bytes(maxN), memory);
        }
    }

    @Override
    public Reserve reserve(int t, int n) {
        String label = "reserve of a tape for T = " + t + ", N = " + n;
        long bytes;
        try (NativeDesc given = new NativeDesc(desc)) {
            bytes = known(label, NativeApi.fr_reserve_bytes(given.struct(), isa.ordinal(), products.ordinal(), t, n));
        }
        return new CpuReserve(t, n, NativeStorage.allocateDirty((bytes + Float.BYTES - 1) / Float.BYTES, label));
    }

    private static long known(String label, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(label + ": " + NativeApi.fr_last_error());
        }
        return Math.max(bytes, 1);
    }

    @Override
    public String describe() {
        return desc.cell() + ", instruction set " + isa.label() + ", products " + products.label();
    }

    @Override
    public String determinism() {
        return products == Products.PACKED
                ? "a row's forward bits depend neither on its batch mates nor on the threads; backward's on the shape alone"
                : "the same bits for the same call, plan and threads: OpenBLAS computes the products";
    }
}
