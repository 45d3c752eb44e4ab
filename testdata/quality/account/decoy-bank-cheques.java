class RepaymentWithChecksTest {
    private Map<String, Object> check(BigDecimal amount) {
        Map<String, Object> map = new HashMap<>();
        map.put("name", "FIRST BANK");
        map.put("amount", amount.toString());
        map.put("accountNo", "‹digits:12›");
        map.put("checkNo", "2005006‹digits:5›");
        return map;
    }
}
