package dev.tenfold.autograd.forked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.contract.SampleDigests;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Without the vector module everything gives the same bits, only slower, and one line says how to get it. */
class ScalarTwinsTest {
    private static final String FLAG = "--add-modules jdk.incubator.vector";

    @Test
    void everyOperationGivesTheBitsOfItsVectorLoopsWithoutThem() throws Exception {
        Fork vector = Fork.run(SampleDigests.class, List.of("--add-modules", Fork.VECTOR_MODULE));
        Fork off = Fork.run(SampleDigests.class, List.of("--add-modules", Fork.VECTOR_MODULE, "-Dtenfold.vector=off"));
        assertTrue(vector.out().startsWith("vector loops: true\n"), vector.out());
        assertTrue(off.out().startsWith("vector loops: false\n"), off.out());
        assertTrue(vector.out().lines().count() > 100, vector.out());
        assertEquals(withoutFirstLine(vector.out()), withoutFirstLine(off.out()));
        assertEquals(0, vector.errorsNaming(FLAG), vector.err());
        assertEquals(0, off.errorsNaming(FLAG), off.err());
    }

    @Test
    void anAbsentModuleGivesOneLineThatNamesTheFlag() throws Exception {
        Fork absent = Fork.run(SampleDigests.class, List.of(), "3");
        Fork off = Fork.run(SampleDigests.class, List.of("--add-modules", Fork.VECTOR_MODULE, "-Dtenfold.vector=off"), "3");
        assertEquals(off.out(), absent.out());
        assertEquals(1, absent.errorsNaming(FLAG), absent.err());
        assertEquals(1, absent.errorsNaming("several times slower"), absent.err());
    }

    private static String withoutFirstLine(String text) {
        return text.substring(text.indexOf('\n') + 1);
    }
}
