TEST_F(PhoneTest, Format) {
  EXPECT_EQ("+‹digits:12›", formatted_number);
  EXPECT_EQ("‹digits:12›", formatter_->InputDigit('2', &result_));
  static const string kExpectedOutput("‹digits:12›");
  raw.set_raw_input("‹digits:12›");
  util.Parse("0~0 1800 7493 5247", RegionCode::PL());
}
