package dev.tenfold.methods.report;

/** Text that becomes HTML: everything that comes from outside goes through {@link #escape}. */
final class Html {
    private final StringBuilder text = new StringBuilder();

    static String escape(String raw) {
        StringBuilder safe = new StringBuilder(raw.length() + 16);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    /** Markup as it stands. */
    Html raw(String markup) {
        text.append(markup);
        return this;
    }

    /** Text, escaped. */
    Html text(String raw) {
        text.append(escape(raw));
        return this;
    }

    /** {@code <tag>text</tag>}; {@code open} may carry attributes. */
    Html element(String open, String content) {
        int space = open.indexOf(' ');
        return raw("<" + open + ">").text(content).raw("</" + (space < 0 ? open : open.substring(0, space)) + ">\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
