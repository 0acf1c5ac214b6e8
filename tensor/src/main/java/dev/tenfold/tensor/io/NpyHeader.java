package dev.tenfold.tensor.io;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import java.util.Arrays;

/**
 * The header of a .npy file: a Python dictionary such as <code>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</code>.
 *
 * @param bigEndian    whether the bytes of each element are reversed
 * @param fortranOrder whether the first index runs fastest
 */
record NpyHeader(DType dtype, boolean bigEndian, boolean fortranOrder, Shape shape) {
    private static final int HIGHEST_RANK = 64; // NumPy's own limit

    /** The text of the header of a dense array. */
    static String text(DType dtype, Shape shape) {
        StringBuilder sizes = new StringBuilder();
        for (int i = 0; i < shape.rank(); i++) sizes.append(i == 0 ? "" : ", ").append(shape.size(i));
        if (shape.rank() == 1) sizes.append(',');
        return "{'descr': '" + descr(dtype) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    }

    private static String descr(DType dtype) {
        return switch (dtype) {
            case F16 -> "<f2";
            case F32 -> "<f4";
            case F64 -> "<f8";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8 -> "|u1";
            case BOOL -> "|b1";
            case BF16 -> throw new IllegalArgumentException("npy: the format has no bf16; convert with to(DType.F32), or write .safetensors");
        };
    }

    /** Reads a header; {@code start} is its place in the file. */
    static NpyHeader parse(Source source, String text, long start) throws FormatException {
        return new Parser(source, text, start).header();
    }

    private static final class Parser {
        private final Source source;
        private final String text;
        private final long start;
        private int at;

        Parser(Source source, String text, long start) {
            this.source = source;
            this.text = text;
            this.start = start;
        }

        private FormatException fail(String reason) {
            return source.fail(start + at, "npy header: " + reason);
        }

        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean skip(char c) {
            if (peek() != c) return false;
            at++;
            return true;
        }

        private void expect(char c) throws FormatException {
            if (!skip(c)) throw fail("'" + c + "' is expected" + (peek() == 0 ? ", the header ends" : " where '" + peek() + "' is"));
        }

        NpyHeader header() throws FormatException {
            String descr = null;
            Boolean fortran = null;
            Shape shape = null;
            expect('{');
            while (!skip('}')) {
                int keyAt = at;
                String key = string();
                expect(':');
                boolean repeated = switch (key) {
                    case "descr" -> descr != null;
                    case "fortran_order" -> fortran != null;
                    case "shape" -> shape != null;
                    default -> true;
                };
                if (repeated) {
                    at = keyAt;
                    throw fail("the key '" + key + "' is unknown or repeated; descr, fortran_order and shape are expected once each");
                }
                switch (key) {
                    case "descr" -> descr = descr();
                    case "fortran_order" -> fortran = bool();
                    default -> shape = shape();
                }
                if (!skip(',') && peek() != '}') expect('}');
            }
            if (peek() != 0) throw fail("something follows the dictionary");
            if (descr == null || fortran == null || shape == null) throw fail("descr, fortran_order and shape are not all there");
            DType dtype = dtype(descr);
            return new NpyHeader(dtype, descr.charAt(0) == '>' && dtype.bytes() > 1, fortran, shape);
        }

        private String string() throws FormatException {
            char quote = peek();
            if (quote != '\'' && quote != '"') throw fail("a string in quotes is expected");
            int end = text.indexOf(quote, at + 1);
            if (end < 0) throw fail("a string does not end");
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private String descr() throws FormatException {
            if (peek() == '[') throw fail("this is a structured array; arrays of one plain type are read. Save its fields one by one");
            return string();
        }

        private boolean bool() throws FormatException {
            peek();
            for (String word : new String[] {"True", "False"}) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw fail("fortran_order must be True or False");
        }

        private Shape shape() throws FormatException {
            long[] sizes = new long[HIGHEST_RANK];
            int rank = 0;
            expect('(');
            while (!skip(')')) {
                if (rank == HIGHEST_RANK) throw fail("more than " + HIGHEST_RANK + " dimensions");
                sizes[rank++] = size();
                if (!skip(',') && (peek() != ')' || rank == 1)) throw fail("the shape is no tuple of sizes, such as (2, 3) or (5,)");
            }
            try {
                return Shape.of(Arrays.copyOf(sizes, rank));
            } catch (ArithmeticException e) {
                throw fail("the shape " + Arrays.toString(Arrays.copyOf(sizes, rank)) + " has more elements than can be counted");
            }
        }

        private long size() throws FormatException {
            peek();
            int from = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
            if (at == from || at - from > 18) throw fail("a size of at most 18 digits is expected");
            long size = Long.parseLong(text.substring(from, at));
            if (at < text.length() && text.charAt(at) == 'L') at++; // Python 2 wrote 3L
            return size;
        }

        private DType dtype(String descr) throws FormatException {
            String order = descr.isEmpty() ? "" : descr.substring(0, 1);
            if (descr.length() == 3 && "<>|=".contains(order)) {
                switch (descr.substring(1)) {
                    case "f2": return DType.F16;
                    case "f4": return DType.F32;
                    case "f8": return DType.F64;
                    case "i4": return DType.I32;
                    case "i8": return DType.I64;
                    case "u1": return DType.U8;
                    case "b1": return DType.BOOL;
                    default: break;
                }
            }
            throw fail("the element type '" + descr + "' is not read; f2, f4, f8, i4, i8, u1 and b1 (bool) are. Convert with astype in NumPy");
        }
    }
}
