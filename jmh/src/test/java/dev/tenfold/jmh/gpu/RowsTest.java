package dev.tenfold.jmh.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.jmh.Work;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowsTest {
    @Test
    void aLineGivesARowForEachSizeAndType() {
        List<Row> rows = Rows.read(List.of("# a comment", "", "gemm  gemm  f32,bf16  8x8x8,512x512x4  2x2x2"), Rows.Sizes.FULL);
        assertEquals(List.of("gemm.f32.8x8x8", "gemm.bf16.8x8x8", "gemm.f32.512x512x4", "gemm.bf16.512x512x4"), rows.stream().map(Row::name).toList());
        assertEquals(512L * 512 * 4, rows.getLast().elements());
        String message = assertThrows(IllegalArgumentException.class, () -> Rows.read(List.of("gemm gemm f32"), Rows.Sizes.FULL)).getMessage();
        assertTrue(message.contains("gemm gemm f32"), message);
    }

    @Test
    void theTableAndTheWorkloadsHaveTheSameKinds() {
        Set<String> kinds = new TreeSet<>();
        Rows.of(Rows.Sizes.FULL).forEach(row -> kinds.add(row.kind()));
        assertEquals(new TreeSet<>(Workloads.all().keySet()), kinds);
    }

    @ParameterizedTest
    @EnumSource
    void everyRowSaysWhatItDoes(Rows.Sizes sizes) {
        for (Row row : Rows.of(sizes)) {
            Work work = Workloads.of(row).work().apply(row);
            assertTrue(work.elements() > 0 && (work.bytes() > 0 ^ work.flops() > 0), row.name());
        }
    }

    @Test
    void operationsAndBytesAreThoseOfTheTextbook() {
        assertEquals(2 * 8192.0 * 8192 * 8192, work("gemm.bf16.8192x8192x8192").flops());
        assertEquals(12.0 * (1 << 26), work("add.f32.67108864").bytes());
        assertEquals(4.0 * (1 << 26), work("sum-of-rows.f32.65536x1024").bytes());
        assertEquals(4.0 * 8 * 16 * 1024 * 1024 * 64, work("attention.f32.8x16x1024x64").flops());
        assertEquals(3.5 * 2 * 8 * 16 * 1024.0 * 1024 * 64, work("attention-causal-fwd-bwd.f32.8x16x1024x64").flops());
        assertEquals(3 * 2.0 * 32 * 64 * 32 * 32 * 64 * 9, work("conv-fwd-bwd.f32.32x64x32x32x64").flops());
        assertEquals(28.0 * 100_000_000, work("adam-step.f32.100x1000000").bytes());
    }

    private static Work work(String name) {
        Row row = Rows.named(name, Rows.Sizes.FULL).getFirst();
        return Workloads.of(row).work().apply(row);
    }

    @Test
    void aNameIsARowAKindOrAGroup() {
        assertEquals(1, Rows.named("gemm.f32.512x512x512", Rows.Sizes.FULL).size());
        assertTrue(Rows.named("softmax", Rows.Sizes.FULL).stream().allMatch(row -> row.kind().equals("softmax")));
        assertTrue(Rows.named("norms", Rows.Sizes.FULL).size() > Rows.named("softmax,layernorm", Rows.Sizes.FULL).size());
        assertFalse(Rows.named("conv,reduce", Rows.Sizes.SMALL).isEmpty());
        assertTrue(Rows.named("norm", Rows.Sizes.FULL).isEmpty());
    }
}
